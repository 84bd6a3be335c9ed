-- phase: expand
CREATE TABLE `identities` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`user_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`provider` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`subject` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`email_at_link` varchar(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`email_verified` boolean NOT NULL,
	`linked_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `identities_id` PRIMARY KEY(`id`),
	CONSTRAINT `identities_subject` UNIQUE(`provider`,`subject`),
	CONSTRAINT `identities_user` UNIQUE(`user_id`,`provider`)
);

--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`user_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`refresh_hash` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`previous_hash` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`rotated_at` datetime(3) NOT NULL,
	`authenticated_at` datetime(3) NOT NULL,
	`user_agent` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`ip` varchar(45) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`last_used_at` datetime(3) NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`absolute_expires_at` datetime(3) NOT NULL,
	`revoked_at` datetime(3),
	`revoke_reason` varchar(24) CHARACTER SET ascii COLLATE ascii_bin,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `sessions_id` PRIMARY KEY(`id`),
	CONSTRAINT `sessions_refresh` UNIQUE(`refresh_hash`),
	CONSTRAINT `sessions_previous` UNIQUE(`previous_hash`)
);

--> statement-breakpoint
CREATE TABLE `one_time_tokens` (
	`token_hash` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`purpose` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`user_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`expires_at` datetime(3) NOT NULL,
	`used_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `one_time_tokens_token_hash` PRIMARY KEY(`token_hash`)
);

--> statement-breakpoint
ALTER TABLE `users` ADD `email_verified_at` datetime(3);
--> statement-breakpoint
ALTER TABLE `users` ADD `withdrawn_at` datetime(3);
--> statement-breakpoint
ALTER TABLE `identities` ADD CONSTRAINT `identities_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE `sessions` ADD CONSTRAINT `sessions_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`,`revoked_at`);
--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);
--> statement-breakpoint
CREATE INDEX `one_time_tokens_expiry` ON `one_time_tokens` (`expires_at`);
--> statement-breakpoint
CREATE INDEX `one_time_tokens_user` ON `one_time_tokens` (`user_id`);
--> statement-breakpoint
CREATE INDEX `users_status` ON `users` (`status`,`id`);
--> statement-breakpoint
CREATE INDEX `users_role` ON `users` (`role`,`status`,`id`);
