-- phase: expand
CREATE TABLE `users` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`customer_ref` text(32) NOT NULL,
	`email` text(254),
	`email_key` text(254),
	`password_hash` text(255),
	`display_name` text(20),
	`display_name_key` text(20),
	`real_name` text(30),
	`phone` text(11),
	`zip_code` text(5),
	`city` text(100),
	`detail_address` text(200),
	`role` text NOT NULL,
	`status` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);

--> statement-breakpoint
CREATE UNIQUE INDEX `users_customer_ref` ON `users` (`customer_ref`);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_key` ON `users` (`email_key`);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_display_name_key` ON `users` (`display_name_key`);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_phone` ON `users` (`phone`);
--> statement-breakpoint
CREATE TABLE `items` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`statement_number` text(40),
	`brand_name` text(100) NOT NULL,
	`name` text(200) NOT NULL,
	`category_codes` text(120) NOT NULL,
	`status` text NOT NULL,
	`listed` integer NOT NULL,
	`origin_price` integer NOT NULL,
	`discount_permille` integer NOT NULL,
	`discount_price` integer NOT NULL,
	`sale_price` integer NOT NULL,
	`sales` integer NOT NULL,
	`thumbnail` text(500),
	`main_function` text,
	`serving_use` text,
	`precautions` text,
	`shelf_life` text(200),
	`registered_on` text(10),
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "items_sale_price" CHECK("items"."sale_price" = "items"."origin_price" - "items"."discount_price"),
	CONSTRAINT "items_discount" CHECK("items"."discount_price" >= 0 and "items"."discount_price" <= "items"."origin_price")
);

--> statement-breakpoint
CREATE UNIQUE INDEX `items_statement_number` ON `items` (`statement_number`);
--> statement-breakpoint
CREATE TABLE `item_categories` (
	`item_id` text(36) NOT NULL,
	`code` text NOT NULL,
	`listed` integer NOT NULL,
	`sales` integer NOT NULL,
	PRIMARY KEY(`code`, `item_id`),
	FOREIGN KEY (`item_id`) REFERENCES `items`(`id`) ON UPDATE no action ON DELETE cascade
);

--> statement-breakpoint
CREATE INDEX `item_categories_item` ON `item_categories` (`item_id`);
--> statement-breakpoint
CREATE INDEX `item_categories_sales` ON `item_categories` (`code`,`listed`,`sales`,`item_id`);
--> statement-breakpoint
CREATE TABLE `orders` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`number` text(24) NOT NULL,
	`user_id` text(36) NOT NULL,
	`kind` text NOT NULL,
	`recurring` integer NOT NULL,
	`status` text NOT NULL,
	`title` text(220) NOT NULL,
	`thumbnail` text(500),
	`line_count` integer NOT NULL,
	`total_item_count` integer NOT NULL,
	`total_price` integer NOT NULL,
	`total_discount` integer NOT NULL,
	`pay_amount` integer NOT NULL,
	`tax_free_amount` integer NOT NULL,
	`receiver_name` text(30) NOT NULL,
	`receiver_phone` text(11) NOT NULL,
	`receiver_zip` text(5),
	`receiver_city` text(100) NOT NULL,
	`receiver_detail` text(200) NOT NULL,
	`receiver_memo` text(100),
	`subscription_id` text(36),
	`cycle` integer,
	`paid_attempt_id` text(36),
	`expires_at` integer,
	`paid_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "orders_pay_amount" CHECK("orders"."pay_amount" = "orders"."total_price" - "orders"."total_discount")
);

--> statement-breakpoint
CREATE UNIQUE INDEX `orders_number` ON `orders` (`number`);
--> statement-breakpoint
CREATE UNIQUE INDEX `orders_paid_attempt` ON `orders` (`paid_attempt_id`);
--> statement-breakpoint
CREATE UNIQUE INDEX `orders_cycle` ON `orders` (`subscription_id`,`cycle`);
--> statement-breakpoint
CREATE INDEX `orders_user` ON `orders` (`user_id`,`recurring`,`id`);
--> statement-breakpoint
CREATE TABLE `order_lines` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`order_id` text(36) NOT NULL,
	`item_id` text(36) NOT NULL,
	`name` text(200) NOT NULL,
	`brand_name` text(100) NOT NULL,
	`thumbnail` text(500),
	`category_codes` text(120) NOT NULL,
	`origin_price` integer NOT NULL,
	`discount_permille` integer NOT NULL,
	`discount_price` integer NOT NULL,
	`sale_price` integer NOT NULL,
	`quantity` integer NOT NULL,
	`period_days` integer,
	`subscription_id` text(36),
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE cascade
);

--> statement-breakpoint
CREATE UNIQUE INDEX `order_lines_item` ON `order_lines` (`order_id`,`item_id`);
--> statement-breakpoint
CREATE TABLE `mandates` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`user_id` text(36) NOT NULL,
	`provider` text NOT NULL,
	`merchant_code` text(20) NOT NULL,
	`token_cipher` text(512) NOT NULL,
	`token_hash` text(64) NOT NULL,
	`customer_ref` text(32) NOT NULL,
	`method_label` text(60),
	`status` text NOT NULL,
	`origin_attempt_id` text(36) NOT NULL,
	`last_approved_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);

--> statement-breakpoint
CREATE UNIQUE INDEX `mandates_token` ON `mandates` (`provider`,`token_hash`);
--> statement-breakpoint
CREATE UNIQUE INDEX `mandates_origin` ON `mandates` (`origin_attempt_id`);
--> statement-breakpoint
CREATE INDEX `mandates_user` ON `mandates` (`user_id`,`status`);
--> statement-breakpoint
CREATE TABLE `subscriptions` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`user_id` text(36) NOT NULL,
	`item_id` text(36) NOT NULL,
	`origin_order_id` text(36) NOT NULL,
	`origin_line_id` text(36) NOT NULL,
	`mandate_id` text(36),
	`status` text NOT NULL,
	`item_name` text(200) NOT NULL,
	`brand_name` text(100) NOT NULL,
	`category_codes` text(120) NOT NULL,
	`thumbnail` text(500),
	`quantity` integer NOT NULL,
	`unit_origin_price` integer NOT NULL,
	`unit_discount_permille` integer NOT NULL,
	`unit_discount_price` integer NOT NULL,
	`unit_sale_price` integer NOT NULL,
	`period_days` integer NOT NULL,
	`last_billing_on` text(10) NOT NULL,
	`next_billing_on` text(10),
	`last_cycle` integer NOT NULL,
	`receiver_name` text(30) NOT NULL,
	`receiver_phone` text(11) NOT NULL,
	`receiver_zip` text(5),
	`receiver_city` text(100) NOT NULL,
	`receiver_detail` text(200) NOT NULL,
	`receiver_memo` text(100),
	`started_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);

--> statement-breakpoint
CREATE UNIQUE INDEX `subscriptions_line` ON `subscriptions` (`origin_line_id`);
--> statement-breakpoint
CREATE INDEX `subscriptions_due` ON `subscriptions` (`status`,`next_billing_on`,`id`);
--> statement-breakpoint
CREATE INDEX `subscriptions_user` ON `subscriptions` (`user_id`,`id`);
--> statement-breakpoint
CREATE INDEX `subscriptions_mandate` ON `subscriptions` (`mandate_id`);
--> statement-breakpoint
CREATE TABLE `payment_attempts` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`public_id` text(29) NOT NULL,
	`purpose` text NOT NULL,
	`user_id` text(36) NOT NULL,
	`order_id` text(36),
	`subscription_id` text(36),
	`cycle` integer,
	`attempt_number` integer NOT NULL,
	`idempotency_key` text(80) NOT NULL,
	`live_key` text(60),
	`mandate_fence` text(36),
	`customer_fence` text(60),
	`provider` text NOT NULL,
	`merchant_code` text(20) NOT NULL,
	`mandate_id` text(36),
	`customer_ref` text(32) NOT NULL,
	`amount` integer NOT NULL,
	`tax_free_amount` integer NOT NULL,
	`title` text(220) NOT NULL,
	`quantity` integer NOT NULL,
	`state` text NOT NULL,
	`outcome` text,
	`reason_group` text,
	`close_reason` text,
	`provider_code` text(64),
	`provider_message` text(300),
	`provider_session_id` text(100),
	`provider_payment_id` text(200),
	`provider_approval_id` text(100),
	`method_label` text(60),
	`checkout` text,
	`session_expires_at` integer,
	`sent_at` integer,
	`sent_by` text(64),
	`approved_at` integer,
	`needs_operator` integer NOT NULL,
	`operator_reason` text,
	`next_check_at` integer,
	`run_id` text(36),
	`request_id` text(64),
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);

--> statement-breakpoint
CREATE UNIQUE INDEX `payment_attempts_public` ON `payment_attempts` (`public_id`);
--> statement-breakpoint
CREATE UNIQUE INDEX `payment_attempts_idempotency` ON `payment_attempts` (`idempotency_key`);
--> statement-breakpoint
CREATE UNIQUE INDEX `payment_attempts_live` ON `payment_attempts` (`live_key`);
--> statement-breakpoint
CREATE UNIQUE INDEX `payment_attempts_mandate_fence` ON `payment_attempts` (`mandate_fence`);
--> statement-breakpoint
CREATE UNIQUE INDEX `payment_attempts_customer_fence` ON `payment_attempts` (`customer_fence`);
--> statement-breakpoint
CREATE UNIQUE INDEX `payment_attempts_payment` ON `payment_attempts` (`provider`,`provider_payment_id`);
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
CREATE TABLE `payment_attempt_events` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`attempt_id` text(36) NOT NULL,
	`from_state` text,
	`to_state` text NOT NULL,
	`actor` text NOT NULL,
	`note` text(300),
	`data` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`attempt_id`) REFERENCES `payment_attempts`(`id`) ON UPDATE no action ON DELETE cascade
);

--> statement-breakpoint
CREATE INDEX `payment_attempt_events_attempt` ON `payment_attempt_events` (`attempt_id`,`id`);
--> statement-breakpoint
CREATE TABLE `billing_runs` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`job` text(20) NOT NULL,
	`business_on` text(10) NOT NULL,
	`status` text NOT NULL,
	`fence` integer NOT NULL,
	`started_at` integer NOT NULL,
	`completed_at` integer,
	`report` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);

--> statement-breakpoint
CREATE UNIQUE INDEX `billing_runs_date` ON `billing_runs` (`job`,`business_on`);
--> statement-breakpoint
CREATE TABLE `billing_runners` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`run_id` text(36) NOT NULL,
	`fence` integer NOT NULL,
	`host` text(100) NOT NULL,
	`pid` integer NOT NULL,
	`version` text(40) NOT NULL,
	`status` text NOT NULL,
	`started_at` integer NOT NULL,
	`heartbeat_at` integer NOT NULL,
	`lease_until` integer NOT NULL,
	`exit_code` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `billing_runs`(`id`) ON UPDATE no action ON DELETE cascade
);

--> statement-breakpoint
CREATE INDEX `billing_runners_run` ON `billing_runners` (`run_id`,`status`);
--> statement-breakpoint
CREATE INDEX `billing_runners_lease` ON `billing_runners` (`status`,`lease_until`);
--> statement-breakpoint
CREATE TABLE `billing_cycles` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`subscription_id` text(36) NOT NULL,
	`cycle` integer NOT NULL,
	`billing_on` text(10) NOT NULL,
	`status` text NOT NULL,
	`live_attempt_id` text(36),
	`attempts` integer NOT NULL,
	`amount` integer NOT NULL,
	`tax_free_amount` integer NOT NULL,
	`quantity` integer NOT NULL,
	`unit_origin_price` integer NOT NULL,
	`unit_discount_permille` integer NOT NULL,
	`unit_discount_price` integer NOT NULL,
	`unit_sale_price` integer NOT NULL,
	`first_try_on` text(10),
	`last_try_on` text(10),
	`reason_group` text,
	`paid_attempt_id` text(36),
	`order_id` text(36),
	`periods_missed` integer NOT NULL,
	`run_id` text(36),
	`closed_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`subscription_id`) REFERENCES `subscriptions`(`id`) ON UPDATE no action ON DELETE cascade
);

--> statement-breakpoint
CREATE UNIQUE INDEX `billing_cycles_cycle` ON `billing_cycles` (`subscription_id`,`cycle`);
--> statement-breakpoint
CREATE INDEX `billing_cycles_open` ON `billing_cycles` (`status`,`billing_on`,`id`);
