-- phase: expand
ALTER TABLE `subscriptions` ADD `paused_at` datetime(3);
--> statement-breakpoint
ALTER TABLE `subscriptions` ADD `resume_on` date;
--> statement-breakpoint
CREATE INDEX `subscriptions_resume` ON `subscriptions` (`status`,`resume_on`);
