-- phase: expand
CREATE TABLE `refunds` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`public_id` text(29) NOT NULL,
	`order_id` text(36) NOT NULL,
	`attempt_id` text(36) NOT NULL,
	`requested_by` text NOT NULL,
	`actor_id` text(36),
	`amount` integer NOT NULL,
	`tax_free_amount` integer NOT NULL,
	`balance_before` integer,
	`reason_code` text NOT NULL,
	`reason_text` text(200),
	`cancel_subscriptions` integer NOT NULL,
	`request_key` text(128),
	`status` text NOT NULL,
	`attempt_fence` text(36),
	`provider_refund_id` text(100),
	`provider_code` text(64),
	`failure` text(300),
	`needs_operator` integer NOT NULL,
	`sent_at` integer,
	`wire_try` integer DEFAULT 0 NOT NULL,
	`completed_at` integer,
	`next_check_at` integer,
	`check_count` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "refunds_amount" CHECK("refunds"."amount" > 0)
);

--> statement-breakpoint
CREATE UNIQUE INDEX `refunds_public` ON `refunds` (`public_id`);
--> statement-breakpoint
CREATE UNIQUE INDEX `refunds_attempt_fence` ON `refunds` (`attempt_fence`);
--> statement-breakpoint
CREATE UNIQUE INDEX `refunds_request` ON `refunds` (`order_id`,`request_key`);
--> statement-breakpoint
CREATE INDEX `refunds_order` ON `refunds` (`order_id`,`id`);
--> statement-breakpoint
CREATE INDEX `refunds_attempt` ON `refunds` (`attempt_id`,`status`);
--> statement-breakpoint
CREATE INDEX `refunds_status` ON `refunds` (`status`,`id`);
--> statement-breakpoint
CREATE INDEX `refunds_check` ON `refunds` (`status`,`next_check_at`,`id`);
--> statement-breakpoint
CREATE TABLE `outbox_events` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`type` text(60) NOT NULL,
	`handler` text(20) NOT NULL,
	`ordering_key` text(80) NOT NULL,
	`dedupe_key` text(160) NOT NULL,
	`payload` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer NOT NULL,
	`next_attempt_at` integer NOT NULL,
	`claimed_by` text(64),
	`claim_until` integer,
	`first_error` text(500),
	`first_failed_at` integer,
	`last_error` text(500),
	`request_id` text(64),
	`done_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);

--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_events_dedupe` ON `outbox_events` (`dedupe_key`);
--> statement-breakpoint
CREATE INDEX `outbox_events_due` ON `outbox_events` (`status`,`next_attempt_at`,`id`);
--> statement-breakpoint
CREATE INDEX `outbox_events_order` ON `outbox_events` (`ordering_key`,`handler`,`status`,`id`);
--> statement-breakpoint
CREATE INDEX `outbox_events_done` ON `outbox_events` (`status`,`done_at`);
--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`event_id` text(36) NOT NULL,
	`type` text(60) NOT NULL,
	`handler` text(20) NOT NULL,
	`payload` text NOT NULL,
	`attempts` integer NOT NULL,
	`first_error` text(500) NOT NULL,
	`last_error` text(500) NOT NULL,
	`first_failed_at` integer NOT NULL,
	`died_at` integer NOT NULL,
	`resolution` text,
	`resolved_by` text(64),
	`resolved_at` integer,
	`note` text(300),
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);

--> statement-breakpoint
CREATE UNIQUE INDEX `dead_letters_event` ON `dead_letters` (`event_id`);
--> statement-breakpoint
CREATE INDEX `dead_letters_open` ON `dead_letters` (`resolution`,`id`);
--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`actor_type` text NOT NULL,
	`actor_id` text(64),
	`action` text(60) NOT NULL,
	`target_type` text(30) NOT NULL,
	`target_id` text(40) NOT NULL,
	`before` text,
	`after` text,
	`reason` text(300),
	`ip` text(45),
	`request_id` text(64),
	`created_at` integer NOT NULL
);

--> statement-breakpoint
CREATE INDEX `audit_log_target` ON `audit_log` (`target_type`,`target_id`,`id`);
--> statement-breakpoint
CREATE INDEX `audit_log_actor` ON `audit_log` (`actor_id`,`id`);
--> statement-breakpoint
CREATE INDEX `audit_log_action` ON `audit_log` (`action`,`id`);
--> statement-breakpoint
CREATE TABLE `ledger_identity` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`identity` text(36) NOT NULL,
	`created_at` integer NOT NULL
);

--> statement-breakpoint
-- Written by hand: a rebuilt table would be dropped first, and the order lines with it.
ALTER TABLE `orders` ADD `refunded_amount` integer DEFAULT 0 NOT NULL CONSTRAINT "orders_refunded" CHECK("refunded_amount" >= 0 and "refunded_amount" <= "pay_amount");
--> statement-breakpoint
ALTER TABLE `mandates` ADD `deactivated_at` integer;
--> statement-breakpoint
ALTER TABLE `subscriptions` ADD `cancelled_at` integer;
--> statement-breakpoint
ALTER TABLE `subscriptions` ADD `cancel_reason` text;
--> statement-breakpoint
ALTER TABLE `payment_attempts` ADD `order_ref` text(64);
--> statement-breakpoint
ALTER TABLE `payment_attempts` ADD `wire_try` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `payment_attempts` ADD `witness_baseline` integer;
--> statement-breakpoint
ALTER TABLE `payment_attempts` ADD `resolved_at` integer;
--> statement-breakpoint
ALTER TABLE `payment_attempts` ADD `mandate_scope` text;
--> statement-breakpoint
ALTER TABLE `payment_attempts` ADD `proposal` text;
--> statement-breakpoint
ALTER TABLE `payment_attempts` ADD `check_count` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
CREATE INDEX `payment_attempts_operator` ON `payment_attempts` (`needs_operator`,`id`);
--> statement-breakpoint
CREATE INDEX `payment_attempts_mandate` ON `payment_attempts` (`mandate_id`,`state`);
