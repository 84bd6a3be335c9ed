-- phase: expand
CREATE TABLE `identities` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`user_id` text(36) NOT NULL,
	`provider` text NOT NULL,
	`subject` text(128) NOT NULL,
	`email_at_link` text(254),
	`email_verified` integer NOT NULL,
	`linked_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);

--> statement-breakpoint
CREATE UNIQUE INDEX `identities_subject` ON `identities` (`provider`,`subject`);
--> statement-breakpoint
CREATE UNIQUE INDEX `identities_user` ON `identities` (`user_id`,`provider`);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text(32) PRIMARY KEY NOT NULL,
	`user_id` text(36) NOT NULL,
	`refresh_hash` text(64) NOT NULL,
	`previous_hash` text(64),
	`rotated_at` integer NOT NULL,
	`authenticated_at` integer NOT NULL,
	`user_agent` text(200),
	`ip` text(45),
	`last_used_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`absolute_expires_at` integer NOT NULL,
	`revoked_at` integer,
	`revoke_reason` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);

--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_refresh` ON `sessions` (`refresh_hash`);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_previous` ON `sessions` (`previous_hash`);
--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`,`revoked_at`);
--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);
--> statement-breakpoint
CREATE TABLE `one_time_tokens` (
	`token_hash` text(64) PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`user_id` text(36),
	`expires_at` integer NOT NULL,
	`used_at` integer,
	`created_at` integer NOT NULL
);

--> statement-breakpoint
CREATE INDEX `one_time_tokens_expiry` ON `one_time_tokens` (`expires_at`);
--> statement-breakpoint
CREATE INDEX `one_time_tokens_user` ON `one_time_tokens` (`user_id`);
--> statement-breakpoint
ALTER TABLE `users` ADD `email_verified_at` integer;
--> statement-breakpoint
ALTER TABLE `users` ADD `withdrawn_at` integer;
--> statement-breakpoint
CREATE INDEX `users_status` ON `users` (`status`,`id`);
--> statement-breakpoint
CREATE INDEX `users_role` ON `users` (`role`,`status`,`id`);
