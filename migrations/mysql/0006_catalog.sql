-- phase: expand
CREATE TABLE `brands` (
	`id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`name` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`name_key` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`item_count` int NOT NULL DEFAULT 0,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `brands_id` PRIMARY KEY(`id`),
	CONSTRAINT `brands_name_key` UNIQUE(`name_key`)
);
--> statement-breakpoint
CREATE TABLE `categories` (
	`code` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	`label` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`keywords` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`exclusions` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`sort_order` int NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `categories_code` PRIMARY KEY(`code`)
);
--> statement-breakpoint
CREATE TABLE `catalog_versions` (
	`scope` varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`version` int NOT NULL,
	CONSTRAINT `catalog_versions_scope` PRIMARY KEY(`scope`)
);
--> statement-breakpoint
DROP INDEX `item_categories_sales` ON `item_categories`;
--> statement-breakpoint
ALTER TABLE `items` ADD `brand_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `search_text` varchar(310) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `category_mode` varchar(24) CHARACTER SET ascii COLLATE ascii_bin DEFAULT 'AUTO' NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `on_sale` boolean NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `star_sum` int DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `review_count` int DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `view_count` int DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `description_image` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
--> statement-breakpoint
ALTER TABLE `items` ADD `base_standard` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
--> statement-breakpoint
ALTER TABLE `items` ADD `appearance` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
--> statement-breakpoint
ALTER TABLE `items` ADD `storage` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
--> statement-breakpoint
ALTER TABLE `items` ADD `version` int DEFAULT 1 NOT NULL;
--> statement-breakpoint
ALTER TABLE `item_categories` ADD `on_sale` boolean NOT NULL;
--> statement-breakpoint
ALTER TABLE `item_categories` ADD `sale_price` bigint NOT NULL;
--> statement-breakpoint
ALTER TABLE `item_categories` ADD `discount_permille` int NOT NULL;
--> statement-breakpoint
ALTER TABLE `item_categories` ADD `review_count` int DEFAULT 0 NOT NULL;
--> statement-breakpoint
UPDATE `items` SET `on_sale` = `discount_permille` > 0, `search_text` = lower(concat(`name`, ' ', `brand_name`));
--> statement-breakpoint
INSERT IGNORE INTO `brands` (`id`, `name`, `name_key`, `item_count`, `created_at`, `updated_at`)
	SELECT min(`id`), min(`brand_name`), lower(replace(`brand_name`, ' ', '')), sum(`listed`), min(`created_at`), min(`created_at`)
	FROM `items` GROUP BY lower(replace(`brand_name`, ' ', ''));
--> statement-breakpoint
UPDATE `items` SET `brand_id` = (SELECT `id` FROM `brands` WHERE `name_key` = lower(replace(`brand_name`, ' ', '')));
--> statement-breakpoint
UPDATE `item_categories` c JOIN `items` i ON i.`id` = c.`item_id`
	SET c.`on_sale` = i.`on_sale`, c.`sale_price` = i.`sale_price`, c.`discount_permille` = i.`discount_permille`;
--> statement-breakpoint
ALTER TABLE `items` ADD CONSTRAINT `items_counters` CHECK (`items`.`sales` >= 0 and `items`.`star_sum` >= 0 and `items`.`review_count` >= 0 and `items`.`view_count` >= 0);
--> statement-breakpoint
CREATE INDEX `items_sales` ON `items` (`listed`,`sales`,`id`,`sale_price`,`on_sale`);
--> statement-breakpoint
CREATE INDEX `items_price` ON `items` (`listed`,`sale_price`,`id`,`on_sale`);
--> statement-breakpoint
CREATE INDEX `items_discount_rate` ON `items` (`listed`,`discount_permille`,`id`,`sale_price`,`on_sale`);
--> statement-breakpoint
CREATE INDEX `items_reviews` ON `items` (`listed`,`review_count`,`id`,`sale_price`,`on_sale`);
--> statement-breakpoint
CREATE INDEX `items_brand_sales` ON `items` (`brand_id`,`listed`,`sales`,`id`,`sale_price`,`on_sale`);
--> statement-breakpoint
CREATE INDEX `items_brand_price` ON `items` (`brand_id`,`listed`,`sale_price`,`id`,`on_sale`);
--> statement-breakpoint
CREATE INDEX `items_brand_discount_rate` ON `items` (`brand_id`,`listed`,`discount_permille`,`id`,`sale_price`,`on_sale`);
--> statement-breakpoint
CREATE INDEX `items_brand_reviews` ON `items` (`brand_id`,`listed`,`review_count`,`id`,`sale_price`,`on_sale`);
--> statement-breakpoint
CREATE INDEX `items_text` ON `items` (`listed`,`search_text`);
--> statement-breakpoint
CREATE INDEX `item_categories_price` ON `item_categories` (`code`,`listed`,`sale_price`,`item_id`,`on_sale`);
--> statement-breakpoint
CREATE INDEX `item_categories_discount_rate` ON `item_categories` (`code`,`listed`,`discount_permille`,`item_id`,`sale_price`,`on_sale`);
--> statement-breakpoint
CREATE INDEX `item_categories_reviews` ON `item_categories` (`code`,`listed`,`review_count`,`item_id`,`sale_price`,`on_sale`);
--> statement-breakpoint
CREATE INDEX `item_categories_sales` ON `item_categories` (`code`,`listed`,`sales`,`item_id`,`sale_price`,`on_sale`);
--> statement-breakpoint
-- only with the plugin: ngram
CREATE FULLTEXT INDEX `items_search` ON `items` (`search_text`) WITH PARSER ngram;
