-- phase: expand
ALTER TABLE `billing_runners` ADD `step` varchar(12) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
--> statement-breakpoint
ALTER TABLE `billing_runners` ADD `counters` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
--> statement-breakpoint
ALTER TABLE `billing_cycles` ADD `step` int DEFAULT 1 NOT NULL;
--> statement-breakpoint
ALTER TABLE `billing_cycles` ADD `hold` varchar(24) CHARACTER SET ascii COLLATE ascii_bin;
--> statement-breakpoint
ALTER TABLE `billing_cycles` ADD `step_repeats` int DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `billing_cycles` ADD `next_try_on` date DEFAULT '1970-01-01' NOT NULL;
--> statement-breakpoint
ALTER TABLE `billing_cycles` ADD `close_reason` varchar(24) CHARACTER SET ascii COLLATE ascii_bin;
--> statement-breakpoint
CREATE INDEX `billing_runs_status` ON `billing_runs` (`status`,`business_on`);
--> statement-breakpoint
CREATE INDEX `billing_cycles_step` ON `billing_cycles` (`status`,`step`,`next_try_on`,`id`);
