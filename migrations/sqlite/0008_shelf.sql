-- phase: expand
CREATE TABLE `item_view_daily` (
	`item_id` text(36) NOT NULL,
	`viewed_on` text(10) NOT NULL,
	`views` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`item_id`, `viewed_on`)
);

--> statement-breakpoint
CREATE INDEX `item_view_daily_day` ON `item_view_daily` (`viewed_on`);
--> statement-breakpoint
CREATE TABLE `reviews` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`user_id` text(36) NOT NULL,
	`item_id` text(36) NOT NULL,
	`order_line_id` text(36) NOT NULL,
	`live_line_id` text(36),
	`star` integer NOT NULL,
	`content` text(350) NOT NULL,
	`status` text NOT NULL,
	`edited_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "reviews_star" CHECK("reviews"."star" between 1 and 5)
);

--> statement-breakpoint
CREATE UNIQUE INDEX `reviews_live_line` ON `reviews` (`live_line_id`);
--> statement-breakpoint
CREATE INDEX `reviews_item` ON `reviews` (`item_id`,`status`,`id`);
--> statement-breakpoint
CREATE INDEX `reviews_item_star` ON `reviews` (`item_id`,`status`,`star`,`id`);
--> statement-breakpoint
CREATE INDEX `reviews_user` ON `reviews` (`user_id`,`status`,`id`);
--> statement-breakpoint
CREATE INDEX `reviews_user_star` ON `reviews` (`user_id`,`status`,`star`,`id`);
--> statement-breakpoint
ALTER TABLE `order_lines` ADD `refunded_quantity` integer DEFAULT 0 NOT NULL;
