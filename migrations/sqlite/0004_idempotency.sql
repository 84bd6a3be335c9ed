-- phase: expand
CREATE TABLE `idempotency_keys` (
	`scope` text(64) NOT NULL,
	`key` text(128) NOT NULL,
	`route` text(120) NOT NULL,
	`request_hash` text(64) NOT NULL,
	`state` text NOT NULL,
	`http_status` integer,
	`response` text,
	`locked_until` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`scope`, `key`)
);

--> statement-breakpoint
CREATE INDEX `idempotency_keys_expiry` ON `idempotency_keys` (`expires_at`);
