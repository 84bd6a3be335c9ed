-- phase: expand
CREATE TABLE `refunds` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`public_id` varchar(29) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`order_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`attempt_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`requested_by` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`actor_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`amount` bigint NOT NULL,
	`tax_free_amount` bigint NOT NULL,
	`balance_before` bigint,
	`reason_code` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`reason_text` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`cancel_subscriptions` boolean NOT NULL,
	`request_key` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`status` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`attempt_fence` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`provider_refund_id` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`provider_code` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`failure` varchar(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`needs_operator` boolean NOT NULL,
	`sent_at` datetime(3),
	`wire_try` int NOT NULL DEFAULT 0,
	`completed_at` datetime(3),
	`next_check_at` datetime(3),
	`check_count` int NOT NULL DEFAULT 0,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `refunds_id` PRIMARY KEY(`id`),
	CONSTRAINT `refunds_public` UNIQUE(`public_id`),
	CONSTRAINT `refunds_attempt_fence` UNIQUE(`attempt_fence`),
	CONSTRAINT `refunds_request` UNIQUE(`order_id`,`request_key`),
	CONSTRAINT `refunds_amount` CHECK(`refunds`.`amount` > 0)
);

--> statement-breakpoint
CREATE TABLE `outbox_events` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`type` varchar(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`handler` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`ordering_key` varchar(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`dedupe_key` varchar(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`payload` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`status` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`attempts` int NOT NULL,
	`next_attempt_at` datetime(3) NOT NULL,
	`claimed_by` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`claim_until` datetime(3),
	`first_error` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`first_failed_at` datetime(3),
	`last_error` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`request_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`done_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `outbox_events_id` PRIMARY KEY(`id`),
	CONSTRAINT `outbox_events_dedupe` UNIQUE(`dedupe_key`)
);

--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`event_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`type` varchar(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`handler` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`payload` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`attempts` int NOT NULL,
	`first_error` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`last_error` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`first_failed_at` datetime(3) NOT NULL,
	`died_at` datetime(3) NOT NULL,
	`resolution` varchar(24) CHARACTER SET ascii COLLATE ascii_bin,
	`resolved_by` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`resolved_at` datetime(3),
	`note` varchar(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `dead_letters_id` PRIMARY KEY(`id`),
	CONSTRAINT `dead_letters_event` UNIQUE(`event_id`)
);

--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`actor_type` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`actor_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`action` varchar(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`target_type` varchar(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`target_id` varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`before` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`after` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`reason` varchar(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`ip` varchar(45) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`request_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `audit_log_id` PRIMARY KEY(`id`)
);

--> statement-breakpoint
CREATE TABLE `ledger_identity` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`identity` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `ledger_identity_id` PRIMARY KEY(`id`)
);

--> statement-breakpoint
ALTER TABLE `orders` ADD `refunded_amount` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `mandates` ADD `deactivated_at` datetime(3);
--> statement-breakpoint
ALTER TABLE `subscriptions` ADD `cancelled_at` datetime(3);
--> statement-breakpoint
ALTER TABLE `subscriptions` ADD `cancel_reason` varchar(24) CHARACTER SET ascii COLLATE ascii_bin;
--> statement-breakpoint
ALTER TABLE `payment_attempts` ADD `order_ref` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
--> statement-breakpoint
ALTER TABLE `payment_attempts` ADD `wire_try` int DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `payment_attempts` ADD `witness_baseline` datetime(3);
--> statement-breakpoint
ALTER TABLE `payment_attempts` ADD `resolved_at` datetime(3);
--> statement-breakpoint
ALTER TABLE `payment_attempts` ADD `mandate_scope` varchar(24) CHARACTER SET ascii COLLATE ascii_bin;
--> statement-breakpoint
ALTER TABLE `payment_attempts` ADD `proposal` varchar(24) CHARACTER SET ascii COLLATE ascii_bin;
--> statement-breakpoint
ALTER TABLE `payment_attempts` ADD `check_count` int DEFAULT 0 NOT NULL;
--> statement-breakpoint
CREATE INDEX `refunds_order` ON `refunds` (`order_id`,`id`);
--> statement-breakpoint
CREATE INDEX `refunds_attempt` ON `refunds` (`attempt_id`,`status`);
--> statement-breakpoint
CREATE INDEX `refunds_status` ON `refunds` (`status`,`id`);
--> statement-breakpoint
CREATE INDEX `refunds_check` ON `refunds` (`status`,`next_check_at`,`id`);
--> statement-breakpoint
CREATE INDEX `outbox_events_due` ON `outbox_events` (`status`,`next_attempt_at`,`id`);
--> statement-breakpoint
CREATE INDEX `outbox_events_order` ON `outbox_events` (`ordering_key`,`handler`,`status`,`id`);
--> statement-breakpoint
CREATE INDEX `outbox_events_done` ON `outbox_events` (`status`,`done_at`);
--> statement-breakpoint
CREATE INDEX `dead_letters_open` ON `dead_letters` (`resolution`,`id`);
--> statement-breakpoint
CREATE INDEX `audit_log_target` ON `audit_log` (`target_type`,`target_id`,`id`);
--> statement-breakpoint
CREATE INDEX `audit_log_actor` ON `audit_log` (`actor_id`,`id`);
--> statement-breakpoint
CREATE INDEX `audit_log_action` ON `audit_log` (`action`,`id`);
--> statement-breakpoint
ALTER TABLE `orders` ADD CONSTRAINT `orders_refunded` CHECK (`orders`.`refunded_amount` >= 0 and `orders`.`refunded_amount` <= `orders`.`pay_amount`);
--> statement-breakpoint
CREATE INDEX `payment_attempts_operator` ON `payment_attempts` (`needs_operator`,`id`);
--> statement-breakpoint
CREATE INDEX `payment_attempts_mandate` ON `payment_attempts` (`mandate_id`,`state`);
