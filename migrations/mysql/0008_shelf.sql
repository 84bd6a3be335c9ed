-- phase: expand
CREATE TABLE `item_view_daily` (
	`item_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`viewed_on` date NOT NULL,
	`views` int NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `item_view_daily_item_id_viewed_on_pk` PRIMARY KEY(`item_id`,`viewed_on`)
);

--> statement-breakpoint
CREATE TABLE `reviews` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`user_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`item_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`order_line_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`live_line_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin,
	`star` int NOT NULL,
	`content` varchar(350) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`status` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`edited_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `reviews_id` PRIMARY KEY(`id`),
	CONSTRAINT `reviews_live_line` UNIQUE(`live_line_id`),
	CONSTRAINT `reviews_star` CHECK(`reviews`.`star` between 1 and 5)
);

--> statement-breakpoint
ALTER TABLE `order_lines` ADD `refunded_quantity` int DEFAULT 0 NOT NULL;
--> statement-breakpoint
CREATE INDEX `item_view_daily_day` ON `item_view_daily` (`viewed_on`);
--> statement-breakpoint
CREATE INDEX `reviews_item` ON `reviews` (`item_id`,`status`,`id`);
--> statement-breakpoint
CREATE INDEX `reviews_item_star` ON `reviews` (`item_id`,`status`,`star`,`id`);
--> statement-breakpoint
CREATE INDEX `reviews_user` ON `reviews` (`user_id`,`status`,`id`);
--> statement-breakpoint
CREATE INDEX `reviews_user_star` ON `reviews` (`user_id`,`status`,`star`,`id`);
