-- phase: expand
CREATE TABLE `users` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`customer_ref` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`email` varchar(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`email_key` varchar(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`password_hash` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`display_name` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`display_name_key` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`real_name` varchar(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`phone` varchar(11) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`zip_code` varchar(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`city` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`detail_address` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`role` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`status` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `users_id` PRIMARY KEY(`id`),
	CONSTRAINT `users_customer_ref` UNIQUE(`customer_ref`),
	CONSTRAINT `users_email_key` UNIQUE(`email_key`),
	CONSTRAINT `users_display_name_key` UNIQUE(`display_name_key`),
	CONSTRAINT `users_phone` UNIQUE(`phone`)
);

--> statement-breakpoint
CREATE TABLE `items` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`statement_number` varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`brand_name` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`name` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`category_codes` varchar(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`status` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`listed` boolean NOT NULL,
	`origin_price` bigint NOT NULL,
	`discount_permille` int NOT NULL,
	`discount_price` bigint NOT NULL,
	`sale_price` bigint NOT NULL,
	`sales` int NOT NULL,
	`thumbnail` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`main_function` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`serving_use` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`precautions` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`shelf_life` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`registered_on` date,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `items_id` PRIMARY KEY(`id`),
	CONSTRAINT `items_statement_number` UNIQUE(`statement_number`),
	CONSTRAINT `items_sale_price` CHECK(`items`.`sale_price` = `items`.`origin_price` - `items`.`discount_price`),
	CONSTRAINT `items_discount` CHECK(`items`.`discount_price` >= 0 and `items`.`discount_price` <= `items`.`origin_price`)
);

--> statement-breakpoint
CREATE TABLE `item_categories` (
	`item_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`code` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`listed` boolean NOT NULL,
	`sales` int NOT NULL,
	CONSTRAINT `item_categories_code_item_id_pk` PRIMARY KEY(`code`,`item_id`)
);

--> statement-breakpoint
CREATE TABLE `orders` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`number` varchar(24) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`user_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`kind` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`recurring` boolean NOT NULL,
	`status` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`title` varchar(220) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`thumbnail` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`line_count` int NOT NULL,
	`total_item_count` int NOT NULL,
	`total_price` bigint NOT NULL,
	`total_discount` bigint NOT NULL,
	`pay_amount` bigint NOT NULL,
	`tax_free_amount` bigint NOT NULL,
	`receiver_name` varchar(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`receiver_phone` varchar(11) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`receiver_zip` varchar(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`receiver_city` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`receiver_detail` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`receiver_memo` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`subscription_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`cycle` int,
	`paid_attempt_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`expires_at` datetime(3),
	`paid_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `orders_id` PRIMARY KEY(`id`),
	CONSTRAINT `orders_number` UNIQUE(`number`),
	CONSTRAINT `orders_paid_attempt` UNIQUE(`paid_attempt_id`),
	CONSTRAINT `orders_cycle` UNIQUE(`subscription_id`,`cycle`),
	CONSTRAINT `orders_pay_amount` CHECK(`orders`.`pay_amount` = `orders`.`total_price` - `orders`.`total_discount`)
);

--> statement-breakpoint
CREATE TABLE `order_lines` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`order_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`item_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`name` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`brand_name` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`thumbnail` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`category_codes` varchar(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`origin_price` bigint NOT NULL,
	`discount_permille` int NOT NULL,
	`discount_price` bigint NOT NULL,
	`sale_price` bigint NOT NULL,
	`quantity` int NOT NULL,
	`period_days` int,
	`subscription_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `order_lines_id` PRIMARY KEY(`id`),
	CONSTRAINT `order_lines_item` UNIQUE(`order_id`,`item_id`)
);

--> statement-breakpoint
CREATE TABLE `mandates` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`user_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`provider` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`merchant_code` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`token_cipher` varchar(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`token_hash` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`customer_ref` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`method_label` varchar(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`status` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`origin_attempt_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`last_approved_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `mandates_id` PRIMARY KEY(`id`),
	CONSTRAINT `mandates_token` UNIQUE(`provider`,`token_hash`),
	CONSTRAINT `mandates_origin` UNIQUE(`origin_attempt_id`)
);

--> statement-breakpoint
CREATE TABLE `subscriptions` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`user_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`item_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`origin_order_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`origin_line_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`mandate_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`status` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`item_name` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`brand_name` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`category_codes` varchar(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`thumbnail` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`quantity` int NOT NULL,
	`unit_origin_price` bigint NOT NULL,
	`unit_discount_permille` int NOT NULL,
	`unit_discount_price` bigint NOT NULL,
	`unit_sale_price` bigint NOT NULL,
	`period_days` int NOT NULL,
	`last_billing_on` date NOT NULL,
	`next_billing_on` date,
	`last_cycle` int NOT NULL,
	`receiver_name` varchar(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`receiver_phone` varchar(11) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`receiver_zip` varchar(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`receiver_city` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`receiver_detail` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`receiver_memo` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`started_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `subscriptions_id` PRIMARY KEY(`id`),
	CONSTRAINT `subscriptions_line` UNIQUE(`origin_line_id`)
);

--> statement-breakpoint
CREATE TABLE `payment_attempts` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`public_id` varchar(29) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`purpose` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`user_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`order_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`subscription_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`cycle` int,
	`attempt_number` int NOT NULL,
	`idempotency_key` varchar(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`live_key` varchar(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`mandate_fence` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`customer_fence` varchar(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`provider` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`merchant_code` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`mandate_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`customer_ref` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`amount` bigint NOT NULL,
	`tax_free_amount` bigint NOT NULL,
	`title` varchar(220) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`quantity` int NOT NULL,
	`state` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`outcome` varchar(24) CHARACTER SET ascii COLLATE ascii_bin,
	`reason_group` varchar(24) CHARACTER SET ascii COLLATE ascii_bin,
	`close_reason` varchar(24) CHARACTER SET ascii COLLATE ascii_bin,
	`provider_code` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`provider_message` varchar(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`provider_session_id` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`provider_payment_id` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`provider_approval_id` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`method_label` varchar(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`checkout` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`session_expires_at` datetime(3),
	`sent_at` datetime(3),
	`sent_by` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`approved_at` datetime(3),
	`needs_operator` boolean NOT NULL,
	`operator_reason` varchar(24) CHARACTER SET ascii COLLATE ascii_bin,
	`next_check_at` datetime(3),
	`run_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`request_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `payment_attempts_id` PRIMARY KEY(`id`),
	CONSTRAINT `payment_attempts_public` UNIQUE(`public_id`),
	CONSTRAINT `payment_attempts_idempotency` UNIQUE(`idempotency_key`),
	CONSTRAINT `payment_attempts_live` UNIQUE(`live_key`),
	CONSTRAINT `payment_attempts_mandate_fence` UNIQUE(`mandate_fence`),
	CONSTRAINT `payment_attempts_customer_fence` UNIQUE(`customer_fence`),
	CONSTRAINT `payment_attempts_payment` UNIQUE(`provider`,`provider_payment_id`)
);

--> statement-breakpoint
CREATE TABLE `payment_attempt_events` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`attempt_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`from_state` varchar(24) CHARACTER SET ascii COLLATE ascii_bin,
	`to_state` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`actor` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`note` varchar(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`data` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `payment_attempt_events_id` PRIMARY KEY(`id`)
);

--> statement-breakpoint
CREATE TABLE `billing_runs` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`job` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`business_on` date NOT NULL,
	`status` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`fence` int NOT NULL,
	`started_at` datetime(3) NOT NULL,
	`completed_at` datetime(3),
	`report` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `billing_runs_id` PRIMARY KEY(`id`),
	CONSTRAINT `billing_runs_date` UNIQUE(`job`,`business_on`)
);

--> statement-breakpoint
CREATE TABLE `billing_runners` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`run_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`fence` int NOT NULL,
	`host` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`pid` int NOT NULL,
	`version` varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`status` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`started_at` datetime(3) NOT NULL,
	`heartbeat_at` datetime(3) NOT NULL,
	`lease_until` datetime(3) NOT NULL,
	`exit_code` int,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `billing_runners_id` PRIMARY KEY(`id`)
);

--> statement-breakpoint
CREATE TABLE `billing_cycles` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`subscription_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`cycle` int NOT NULL,
	`billing_on` date NOT NULL,
	`status` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`live_attempt_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`attempts` int NOT NULL,
	`amount` bigint NOT NULL,
	`tax_free_amount` bigint NOT NULL,
	`quantity` int NOT NULL,
	`unit_origin_price` bigint NOT NULL,
	`unit_discount_permille` int NOT NULL,
	`unit_discount_price` bigint NOT NULL,
	`unit_sale_price` bigint NOT NULL,
	`first_try_on` date,
	`last_try_on` date,
	`reason_group` varchar(24) CHARACTER SET ascii COLLATE ascii_bin,
	`paid_attempt_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`order_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`periods_missed` int NOT NULL,
	`run_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`closed_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `billing_cycles_id` PRIMARY KEY(`id`),
	CONSTRAINT `billing_cycles_cycle` UNIQUE(`subscription_id`,`cycle`)
);

--> statement-breakpoint
ALTER TABLE `item_categories` ADD CONSTRAINT `item_categories_item_id_items_id_fk` FOREIGN KEY (`item_id`) REFERENCES `items`(`id`) ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE `order_lines` ADD CONSTRAINT `order_lines_order_id_orders_id_fk` FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE `payment_attempt_events` ADD CONSTRAINT `payment_attempt_events_attempt_id_payment_attempts_id_fk` FOREIGN KEY (`attempt_id`) REFERENCES `payment_attempts`(`id`) ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE `billing_runners` ADD CONSTRAINT `billing_runners_run_id_billing_runs_id_fk` FOREIGN KEY (`run_id`) REFERENCES `billing_runs`(`id`) ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE `billing_cycles` ADD CONSTRAINT `billing_cycles_subscription_id_subscriptions_id_fk` FOREIGN KEY (`subscription_id`) REFERENCES `subscriptions`(`id`) ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX `item_categories_item` ON `item_categories` (`item_id`);
--> statement-breakpoint
CREATE INDEX `item_categories_sales` ON `item_categories` (`code`,`listed`,`sales`,`item_id`);
--> statement-breakpoint
CREATE INDEX `orders_user` ON `orders` (`user_id`,`recurring`,`id`);
--> statement-breakpoint
CREATE INDEX `mandates_user` ON `mandates` (`user_id`,`status`);
--> statement-breakpoint
CREATE INDEX `subscriptions_due` ON `subscriptions` (`status`,`next_billing_on`,`id`);
--> statement-breakpoint
CREATE INDEX `subscriptions_user` ON `subscriptions` (`user_id`,`id`);
--> statement-breakpoint
CREATE INDEX `subscriptions_mandate` ON `subscriptions` (`mandate_id`);
--> statement-breakpoint
CREATE INDEX `payment_attempts_order` ON `payment_attempts` (`order_id`,`id`);
--> statement-breakpoint
CREATE INDEX `payment_attempts_cycle` ON `payment_attempts` (`subscription_id`,`cycle`,`attempt_number`);
--> statement-breakpoint
CREATE INDEX `payment_attempts_check` ON `payment_attempts` (`state`,`next_check_at`,`id`);
--> statement-breakpoint
CREATE INDEX `payment_attempts_purpose` ON `payment_attempts` (`state`,`purpose`,`id`);
--> statement-breakpoint
CREATE INDEX `payment_attempts_run` ON `payment_attempts` (`run_id`,`state`,`id`);
--> statement-breakpoint
CREATE INDEX `payment_attempt_events_attempt` ON `payment_attempt_events` (`attempt_id`,`id`);
--> statement-breakpoint
CREATE INDEX `billing_runners_run` ON `billing_runners` (`run_id`,`status`);
--> statement-breakpoint
CREATE INDEX `billing_runners_lease` ON `billing_runners` (`status`,`lease_until`);
--> statement-breakpoint
CREATE INDEX `billing_cycles_open` ON `billing_cycles` (`status`,`billing_on`,`id`);
