-- phase: expand
ALTER TABLE `subscriptions` ADD `paused_at` integer;
--> statement-breakpoint
ALTER TABLE `subscriptions` ADD `resume_on` text(10);
--> statement-breakpoint
CREATE INDEX `subscriptions_resume` ON `subscriptions` (`status`,`resume_on`);
