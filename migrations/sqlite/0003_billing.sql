-- phase: expand
ALTER TABLE `billing_runners` ADD `step` text(12);
--> statement-breakpoint
ALTER TABLE `billing_runners` ADD `counters` text;
--> statement-breakpoint
ALTER TABLE `billing_cycles` ADD `step` integer DEFAULT 1 NOT NULL;
--> statement-breakpoint
ALTER TABLE `billing_cycles` ADD `hold` text;
--> statement-breakpoint
ALTER TABLE `billing_cycles` ADD `step_repeats` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `billing_cycles` ADD `next_try_on` text(10) DEFAULT '1970-01-01' NOT NULL;
--> statement-breakpoint
ALTER TABLE `billing_cycles` ADD `close_reason` text;
--> statement-breakpoint
CREATE INDEX `billing_cycles_step` ON `billing_cycles` (`status`,`step`,`next_try_on`,`id`);
--> statement-breakpoint
CREATE INDEX `billing_runs_status` ON `billing_runs` (`status`,`business_on`);
