import { eq } from '../../src/platform/database/sql.ts';
import type { App } from '../../src/app.ts';
import { addDays } from '../../src/platform/calendar.ts';
import { randomBase32 } from '../../src/platform/ids.ts';
import { NOTHING_SAID } from '../../src/catalog/admin/compose-item.ts';
import { addToBrands, brandKeyOf, categoryRowsOf, searchTextOf } from '../../src/catalog/index.ts';
import { isDuplicateKey } from '../../src/platform/database/index.ts';
import type { Item, Mandate, Subscription, User } from '../../src/schema.ts';

/** Ready-made rows, as if the shop had been used before the test began. */
export const given = (app: App) => ({
  user: (columns: Partial<User> = {}) => givenUser(app, columns),
  item: (columns: Partial<Item> = {}) => givenItem(app, columns),
  /** One active subscription, due on START's day unless said otherwise. */
  subscription: async (columns: SubscriptionColumns = {}): Promise<Subscription> => {
    const [subscription] = await givenSubscriptions(app, 1, columns);
    if (!subscription) throw new Error('Bug: no subscription was made.');
    return subscription;
  },
  subscriptions: (count: number, columns: SubscriptionColumns = {}) => givenSubscriptions(app, count, columns),
});

async function givenUser(app: App, columns: Partial<User>): Promise<User> {
  const user = userRow(app, columns);
  await app.database.insert(app.database.tables.users).values(user);
  return user;
}

function userRow({ clock, newId }: App, columns: Partial<User> = {}): User {
  const mark = randomBase32(10);
  return {
    id: newId(),
    customerRef: `c${mark}`,
    email: `${mark}@example.test`,
    emailKey: `${mark}@example.test`,
    emailVerifiedAt: null,
    passwordHash: null,
    displayName: mark,
    displayNameKey: mark,
    realName: '김하늘',
    phone: null,
    zipCode: null,
    city: '서울특별시',
    detailAddress: '한강로 1',
    role: 'USER',
    status: 'ACTIVE',
    withdrawnAt: null,
    createdAt: clock.now(),
    updatedAt: clock.now(),
    ...columns,
  };
}

async function givenItem(app: App, columns: Partial<Item>): Promise<Item> {
  const { database, clock, newId } = app;
  const brandName = columns.brandName ?? '푸른들';
  const name = columns.name ?? '오메가3 골드 60캡슐';
  const item: Item = {
    ...NOTHING_SAID,
    id: newId(),
    brandId: await givenBrand(app, brandName),
    brandName,
    name,
    searchText: searchTextOf(name, brandName),
    categoryCodes: 'EYE',
    originPrice: 30_000,
    discountPermille: 100,
    discountPrice: 3_000,
    salePrice: 27_000,
    onSale: (columns.discountPrice ?? 3_000) > 0,
    mainFunction: '눈 건강에 도움을 줄 수 있음',
    version: 1,
    createdAt: clock.now(),
    updatedAt: clock.now(),
    ...columns,
  };
  await database.insert(database.tables.items).values(item);
  await database.insert(database.tables.itemCategories).values(categoryRowsOf(item));
  if (item.listed) await database.transaction((tx) => addToBrands(tx, database.tables, new Map([[item.brandId, 1]])));
  return item;
}

async function givenBrand({ database, clock, newId }: App, name: string): Promise<string> {
  const { brands } = database.tables;
  const nameKey = brandKeyOf(name);
  const row = { id: newId(), name, nameKey, itemCount: 0, createdAt: clock.now(), updatedAt: clock.now() };
  await database
    .insert(brands)
    .values(row)
    .catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
    });
  const [brand] = await database.select().from(brands).where(eq(brands.nameKey, nameKey));
  return brand?.id ?? row.id;
}

/** Rows written per statement; SQLite takes 32,766 parameters in one. */
const BATCH = 400;

/** Active subscriptions, each of its own customer, with a mandate that the sandbox takes; cycle 1 is behind them. */
async function givenSubscriptions(
  app: App,
  count: number,
  { user: shared, item: givenOne, ...columns }: SubscriptionColumns = {},
): Promise<Subscription[]> {
  const { database } = app;
  const { users, mandates, subscriptions } = database.tables;
  const item = givenOne ?? (await givenItem(app, {}));
  const rows = Array.from({ length: count }, () => subscriptionRows(app, shared ?? userRow(app), item, columns));
  await database.transaction(async (tx) => {
    for (let from = 0; from < rows.length; from += BATCH) {
      const batch = rows.slice(from, from + BATCH);
      if (!shared) await tx.insert(users).values(batch.map(({ user }) => user));
      if (columns.mandateId === undefined) await tx.insert(mandates).values(batch.map(({ mandate }) => mandate));
      await tx.insert(subscriptions).values(batch.map(({ subscription }) => subscription));
    }
  });
  return rows.map(({ subscription }) => subscription);
}

type SubscriptionColumns = Partial<Subscription> & { user?: User; item?: Item };

function subscriptionRows(app: App, user: User, item: Item, columns: Partial<Subscription>) {
  const now = app.clock.now();
  const sealed = app.payments.vault().seal(`SEED${randomBase32(16)}`);
  const mandate: Mandate = {
    id: app.newId(),
    userId: user.id,
    provider: 'KAKAOPAY',
    merchantCode: app.config.payments.kakaopay.recurringCid,
    tokenCipher: sealed.cipher,
    tokenHash: sealed.hash,
    customerRef: user.customerRef,
    methodLabel: '카카오페이머니',
    status: 'ACTIVE',
    originAttemptId: app.newId(),
    lastApprovedAt: new Date(now.getTime() - 30 * 86_400_000),
    deactivatedAt: null,
    createdAt: now,
    updatedAt: now,
  };
  const periodDays = columns.periodDays ?? 30;
  const nextBillingOn = columns.nextBillingOn ?? '2026-11-20';
  const subscription: Subscription = {
    id: app.newId(),
    userId: user.id,
    itemId: item.id,
    originOrderId: app.newId(),
    originLineId: app.newId(),
    mandateId: mandate.id,
    status: 'ACTIVE',
    itemName: item.name,
    brandName: item.brandName,
    categoryCodes: item.categoryCodes,
    thumbnail: null,
    quantity: 1,
    unitOriginPrice: item.originPrice,
    unitDiscountPermille: item.discountPermille,
    unitDiscountPrice: item.discountPrice,
    unitSalePrice: item.salePrice,
    periodDays,
    lastBillingOn: addDays(nextBillingOn, -periodDays),
    nextBillingOn,
    lastCycle: 1,
    receiverName: '김하늘',
    receiverPhone: '01012345678',
    receiverZip: null,
    receiverCity: '서울특별시',
    receiverDetail: '한강로 1',
    receiverMemo: null,
    startedAt: now,
    pausedAt: null,
    resumeOn: null,
    cancelledAt: null,
    cancelReason: null,
    createdAt: now,
    updatedAt: now,
    ...columns,
  };
  return { user, mandate, subscription };
}
