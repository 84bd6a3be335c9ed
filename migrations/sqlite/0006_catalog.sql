-- phase: expand
CREATE TABLE `brands` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`name` text(100) NOT NULL,
	`name_key` text(100) NOT NULL,
	`item_count` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `brands_name_key` ON `brands` (`name_key`);
--> statement-breakpoint
CREATE TABLE `categories` (
	`code` text PRIMARY KEY NOT NULL,
	`label` text(20) NOT NULL,
	`keywords` text NOT NULL,
	`exclusions` text NOT NULL,
	`sort_order` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `catalog_versions` (
	`scope` text(40) PRIMARY KEY NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
DROP INDEX `item_categories_sales`;
--> statement-breakpoint
ALTER TABLE `item_categories` ADD `on_sale` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `item_categories` ADD `sale_price` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `item_categories` ADD `discount_permille` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `item_categories` ADD `review_count` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `brand_id` text(36) DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `search_text` text(310) DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `category_mode` text DEFAULT 'AUTO' NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `on_sale` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `star_sum` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `review_count` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `description_image` text(500);
--> statement-breakpoint
ALTER TABLE `items` ADD `base_standard` text;
--> statement-breakpoint
ALTER TABLE `items` ADD `appearance` text;
--> statement-breakpoint
ALTER TABLE `items` ADD `storage` text;
--> statement-breakpoint
ALTER TABLE `items` ADD `version` integer DEFAULT 1 NOT NULL;
--> statement-breakpoint
ALTER TABLE `items` ADD `view_count` integer DEFAULT 0 NOT NULL CONSTRAINT "items_counters" CHECK("sales" >= 0 and "star_sum" >= 0 and "review_count" >= 0 and "view_count" >= 0);
--> statement-breakpoint
UPDATE `items` SET `on_sale` = `discount_permille` > 0, `search_text` = lower(`name` || ' ' || `brand_name`);
--> statement-breakpoint
INSERT INTO `brands` (`id`, `name`, `name_key`, `item_count`, `created_at`, `updated_at`)
	SELECT min(`id`), min(`brand_name`), lower(replace(`brand_name`, ' ', '')), sum(`listed`), min(`created_at`), min(`created_at`)
	FROM `items` GROUP BY lower(replace(`brand_name`, ' ', ''));
--> statement-breakpoint
UPDATE `items` SET `brand_id` = (SELECT `id` FROM `brands` WHERE `name_key` = lower(replace(`brand_name`, ' ', '')));
--> statement-breakpoint
UPDATE `item_categories` SET `on_sale` = i.`on_sale`, `sale_price` = i.`sale_price`, `discount_permille` = i.`discount_permille`
	FROM `items` i WHERE i.`id` = `item_id`;
--> statement-breakpoint
CREATE INDEX `item_categories_price` ON `item_categories` (`code`,`listed`,`sale_price`,`item_id`,`on_sale`);
--> statement-breakpoint
CREATE INDEX `item_categories_discount_rate` ON `item_categories` (`code`,`listed`,`discount_permille`,`item_id`,`sale_price`,`on_sale`);
--> statement-breakpoint
CREATE INDEX `item_categories_reviews` ON `item_categories` (`code`,`listed`,`review_count`,`item_id`,`sale_price`,`on_sale`);
--> statement-breakpoint
CREATE INDEX `item_categories_sales` ON `item_categories` (`code`,`listed`,`sales`,`item_id`,`sale_price`,`on_sale`);
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
CREATE TABLE `item_search` (
	`id` integer PRIMARY KEY,
	`item_id` text(36) NOT NULL UNIQUE,
	`search_text` text NOT NULL
);
--> statement-breakpoint
CREATE VIRTUAL TABLE `item_search_index` USING fts5(`search_text`, content='item_search', content_rowid='id', tokenize='trigram case_sensitive 1');
--> statement-breakpoint
CREATE TRIGGER `item_search_index_added` AFTER INSERT ON `item_search` BEGIN
	INSERT INTO `item_search_index` (rowid, `search_text`) VALUES (new.`id`, new.`search_text`);
END;
--> statement-breakpoint
CREATE TRIGGER `item_search_index_removed` AFTER DELETE ON `item_search` BEGIN
	INSERT INTO `item_search_index` (`item_search_index`, rowid, `search_text`) VALUES ('delete', old.`id`, old.`search_text`);
END;
--> statement-breakpoint
CREATE TRIGGER `item_search_index_changed` AFTER UPDATE ON `item_search` BEGIN
	INSERT INTO `item_search_index` (`item_search_index`, rowid, `search_text`) VALUES ('delete', old.`id`, old.`search_text`);
	INSERT INTO `item_search_index` (rowid, `search_text`) VALUES (new.`id`, new.`search_text`);
END;
--> statement-breakpoint
INSERT INTO `item_search` (`item_id`, `search_text`) SELECT `id`, `search_text` FROM `items` ORDER BY `id`;
--> statement-breakpoint
CREATE TRIGGER `items_search_added` AFTER INSERT ON `items` BEGIN
	INSERT INTO `item_search` (`item_id`, `search_text`) VALUES (new.`id`, new.`search_text`);
END;
--> statement-breakpoint
CREATE TRIGGER `items_search_removed` AFTER DELETE ON `items` BEGIN
	DELETE FROM `item_search` WHERE `item_id` = old.`id`;
END;
--> statement-breakpoint
CREATE TRIGGER `items_search_changed` AFTER UPDATE OF `search_text` ON `items` WHEN new.`search_text` <> old.`search_text` BEGIN
	UPDATE `item_search` SET `search_text` = new.`search_text` WHERE `item_id` = new.`id`;
END;
