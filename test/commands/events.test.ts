import { describe, expect, it } from 'vitest';
import { EventListSchema, relayOnce } from '../../src/outbox/index.ts';
import { environmentFor, type Bundle } from '../support/bundle.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { command, enqueue, onlyEvent, outboxBundle, outboxOf, recorder } from '../support/outbox.ts';

const PLAIN = { COLUMNS: '100', NO_COLOR: '1' };

/** A shop in a SQLite file, so that the binary and the test see the same. */
const openShop = () => outboxBundle({ engine: 'sqlite', carryOut: recorder(() => true).carryOut });

/** A shop with so many dead events: nobody carries them out there. */
async function shopWithDead(count: number): Promise<Bundle> {
  const shop = await openShop();
  await enqueue(shop.app, ...Array.from({ length: count }, () => command({ type: 'refund.execute' })));
  await relayOnce({ ...shop.app, handlers: {} });
  return shop;
}

/** `pillivery events …` in that shop, at its moment. */
const events = ({ databaseUrl, sandbox, clock }: Bundle, ...words: string[]): Promise<Ended> =>
  runCli(['events', ...words], {
    ...PLAIN,
    ...environmentFor({ databaseUrl, sandbox }),
    PILLIVERY_CLOCK__NOW: clock.now().toISOString(),
  });

describe('events', () => {
  it('explains itself', async () => {
    const { code, stdout } = await runCli(['events', '--help'], PLAIN);

    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "list events that are not delivered

      USAGE
        $ pillivery events [--json] [--config FILE] [--data-dir DIR]
          [--debug] [--status pending|in_flight|dead|done|discarded] [--type TYPE]
          [--limit N]

      FLAGS
        --limit=N          [default: 50] most events to list
        --status=<option>  only these; those neither done nor discarded if left out
                           <options: pending|in_flight|dead|done|discarded>
        --type=TYPE        only events of this type

      GLOBAL FLAGS
        --config=FILE   configuration file
        --data-dir=DIR  folder for the files of this machine
        --debug         show the stack of an error
        --json          Format output as json.

      DESCRIPTION
        list events that are not delivered

        Events are what must be told or done outside the database after a change in
        it; serve delivers them.
        A dead one is not tried again by itself: retry or discard it.

      EXAMPLES
        $ pillivery events --status dead

      COMMANDS
        events discard  give up events that shall not be delivered
        events retry    have dead events delivered after all

      "
    `);
  });

  it('lists what is not delivered, for people', async () => {
    const shop = await openShop();
    await enqueue(shop.app, command());
    await relayOnce(shop.app);
    const { id } = await onlyEvent(shop.app);

    const ended = await events(shop);

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout.replace(id, '<id>').replace(/T09:00:\d\d/, 'T09:00:<s>')).toMatchInlineSnapshot(`
      "ID                                    TYPE                HANDLER  STATUS   ATTEMPTS  NEXT ATTEMPT               LAST ERROR
      <id>  mandate.deactivate  command  PENDING  1         2026-11-20T09:00:<s>+09:00  not now
      "
    `);
  });

  it('says so when there are none', async () => {
    expect(await events(await openShop())).toMatchObject({ code: 0, stdout: 'no such events\n' });
  });

  it('gives a document that its schema accepts, with --json', async () => {
    const shop = await shopWithDead(3);

    const { code, stdout } = await events(shop, '--status', 'dead', '--limit', '2', '--json');

    expect(code).toBe(0);
    const document = EventListSchema.parse(JSON.parse(stdout));
    expect(document.events).toMatchObject([{ status: 'DEAD', nextAttemptAt: null }, { status: 'DEAD' }]);
    expect(document.more).toBe(true);
  });

  it('leaves with 2 at a status that there is none of', async () => {
    const { code, stdout } = await runCli(['events', '--status', 'broken', '--json'], PLAIN);

    expect(code).toBe(2);
    expect(stdout).toContain('Expected --status=broken to be one of: pending, in_flight, dead, done, discarded');
  });
});

describe('events retry', () => {
  it('explains itself', async () => {
    const { code, stdout } = await runCli(['events', 'retry', '--help'], PLAIN);

    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "have dead events delivered after all

      USAGE
        $ pillivery events retry [--json] [--config FILE] [--data-dir DIR]
          [--debug] [--id ID...] [--type TYPE --all-dead] [--note TEXT]

      FLAGS
        --all-dead   every dead event
        --id=ID...   a dead event; may be given again
        --note=TEXT  why, for the audit log
        --type=TYPE  with --all-dead, only events of this type

      GLOBAL FLAGS
        --config=FILE   configuration file
        --data-dir=DIR  folder for the files of this machine
        --debug         show the stack of an error
        --json          Format output as json.

      DESCRIPTION
        have dead events delivered after all

        They are tried as if for the first time. Of events named one by one, all are
        taken or none.

        Exit codes: 0 they wait for delivery, 1 there is no such event or it is not
        dead.

      EXAMPLES
        $ pillivery events retry --id 019a8f3c-5d2e-7c41-9b6a-2f70d1e8c934

        $ pillivery events retry --all-dead --type order.paid

      "
    `);
  });

  it('puts a dead event back and writes down who did', async () => {
    const shop = await shopWithDead(1);
    const { id } = await onlyEvent(shop.app);

    const ended = await events(shop, 'retry', '--id', id, '--note', 'handler is back', '--json');

    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.stdout)).toEqual({ schema: 'pillivery.events-retry/1', retried: [id] });
    expect(await onlyEvent(shop.app)).toMatchObject({ status: 'PENDING', attempts: 0 });
    const { database } = shop.app;
    expect(await database.select().from(database.tables.auditLog)).toMatchObject([
      { action: 'outbox.retry', actorType: 'ADMIN', actorId: expect.stringContaining('@'), reason: 'handler is back' },
    ]);
  });

  it('puts all dead events back', async () => {
    const shop = await shopWithDead(2);

    expect(await events(shop, 'retry', '--all-dead')).toMatchObject({
      code: 0,
      stdout: '2 events wait for delivery\n',
    });
  });

  it('leaves with 1 and one sentence at an event that is not there', async () => {
    const ended = await events(await openShop(), 'retry', '--id', 'nobody');

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('There is no event nobody.');
  });

  it('leaves with 1 and one sentence at an event that is not dead', async () => {
    const shop = await openShop();
    await enqueue(shop.app, command());
    const { id } = await onlyEvent(shop.app);

    const { code, stdout } = await events(shop, 'retry', '--id', id, '--json');

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'EVENT_STATE', message: `The event ${id} is PENDING; it must be DEAD for this.`, exitCode: 1 },
    });
  });

  it('leaves with 2 when it is not told which', async () => {
    expect(await runCli(['events', 'retry'], PLAIN)).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('events discard', () => {
  it('explains itself', async () => {
    const { code, stdout } = await runCli(['events', 'discard', '--help'], PLAIN);

    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "give up events that shall not be delivered

      USAGE
        $ pillivery events discard --note TEXT [--json] [--config FILE]
          [--data-dir DIR] [--debug] [--id ID...] [--type TYPE --all-dead] [--confirm
          N ]

      FLAGS
        --all-dead   every dead event
        --confirm=N  with --all-dead, how many events that is
        --id=ID...   a dead or pending event; may be given again
        --note=TEXT  (required) why nobody will get them, for the audit log
        --type=TYPE  with --all-dead, only events of this type

      GLOBAL FLAGS
        --config=FILE   configuration file
        --data-dir=DIR  folder for the files of this machine
        --debug         show the stack of an error
        --json          Format output as json.

      DESCRIPTION
        give up events that shall not be delivered

        A dead or pending event is never delivered afterwards. Of events named one by
        one, all are taken or none;
        all dead ones at once are discarded only when --confirm says how many they
        are.

        Exit codes: 0 they are discarded, 1 there is no such event, it is done, or
        --confirm says another number, 2 no --confirm.

      EXAMPLES
        $ pillivery events discard --id 019a8f3c-5d2e-7c41-9b6a-2f70d1e8c934 --note "told by telephone"

        $ pillivery events discard --all-dead --type order.paid --confirm 12 --note "receiver is gone"

      "
    `);
  });

  it('gives up a pending event', async () => {
    const shop = await openShop();
    await enqueue(shop.app, command());
    const { id } = await onlyEvent(shop.app);

    expect(await events(shop, 'discard', '--id', id, '--note', 'told by telephone')).toMatchObject({
      code: 0,
      stdout: '1 event is discarded\n',
    });
    expect(await onlyEvent(shop.app)).toMatchObject({ status: 'DISCARDED' });
  });

  it('leaves with 2 when many would go and nobody said how many', async () => {
    const shop = await shopWithDead(3);

    const { code, stdout } = await events(shop, 'discard', '--all-dead', '--note', 'receiver is gone', '--json');

    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'CONFIRM_REQUIRED', message: expect.stringContaining('--confirm 3'), facts: { dead: 3 } },
    });
  });

  it('leaves with 1 when somebody said another number', async () => {
    const shop = await shopWithDead(3);

    const ended = await events(shop, 'discard', '--all-dead', '--confirm', '2', '--note', 'receiver is gone');

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect((await outboxOf(shop.app)).map(({ status }) => status)).toEqual(['DEAD', 'DEAD', 'DEAD']);
  });

  it('gives all dead events up once their number is said', async () => {
    const shop = await shopWithDead(3);

    const ended = await events(shop, 'discard', '--all-dead', '--confirm', '3', '--note', 'receiver is gone');

    expect(ended).toMatchObject({ code: 0, stdout: '3 events are discarded\n' });
    expect((await outboxOf(shop.app)).map(({ status }) => status)).toEqual(['DISCARDED', 'DISCARDED', 'DISCARDED']);
  });

  it.each([
    ['without a note', ['--id', 'x']],
    ['with too short a note', ['--id', 'x', '--note', 'no']],
    ['without a word about which', ['--note', 'told by telephone']],
    ['with --confirm for events named one by one', ['--id', 'x', '--confirm', '1', '--note', 'told by telephone']],
  ])('leaves with 2 %s, before anything is opened', async (_, words) => {
    expect(await runCli(['events', 'discard', ...words], PLAIN)).toMatchObject({ code: 2, stdout: '' });
  });
});
