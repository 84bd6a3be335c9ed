import { Hono } from 'hono';
import { z } from 'zod';
import { Conflict, NotFound } from '../../platform/errors.ts';
import { duration } from '../faults/effects.ts';
import { isBlackout } from '../kakaopay/guards.ts';
import { seoulTime } from '../kakaopay/times.ts';
import { jsonOf, readForm } from './body.ts';
import { reset } from './reset.ts';
import type { ControlRoom } from './room.ts';

/** Faults, scenarios, the clock, and starting over. */
export function leverRoutes(room: ControlRoom): Hono {
  const routes = new Hono();
  addFaults(routes, room);
  addClock(routes, room);
  routes.post('/reset', async (c) => {
    const { ledger } = await readForm(c, z.strictObject({ ledger: z.boolean().default(false) }));
    reset(room, ledger);
    return c.json({ reset: true, ledger });
  });
  return routes;
}

function addFaults(routes: Hono, { faults }: ControlRoom): void {
  routes.get('/faults', (c) => c.json({ faults: faults.list() }));
  routes.post('/faults', async (c) => c.json(faults.set(await jsonOf(c)), 201));
  routes.delete('/faults', (c) => {
    faults.clear();
    return c.json({ faults: [] });
  });
  routes.delete('/faults/:id', (c) => {
    if (!faults.remove(c.req.param('id'))) throw new NotFound('FAULT_NOT_FOUND', 'No rule has this id.');
    return c.json({ faults: faults.list() });
  });
  routes.post('/scenario', async (c) => c.json({ faults: faults.play(await jsonOf(c)) }, 201));
}

const ClockChange = z
  .strictObject({ set: z.iso.datetime({ offset: true }).optional(), advance: duration.optional() })
  .refine(({ set, advance }) => (set === undefined) !== (advance === undefined), {
    error: 'give either set, a moment with its offset, or advance, a duration such as 1d',
  });

function addClock(routes: Hono, { clock }: ControlRoom): void {
  routes.get('/clock', (c) => c.json(clockBody(clock)));
  routes.post('/clock', async (c) => {
    const { set, advance = 0 } = await readForm(c, ClockChange);
    if (!clock.moveTo) {
      throw new Conflict('CLOCK_IS_REAL', 'This sandbox runs by the real clock; start it with --clock virtual.');
    }
    clock.moveTo(set === undefined ? new Date(clock.now().getTime() + advance) : new Date(set));
    return c.json(clockBody(clock));
  });
}

function clockBody({ now, moveTo }: ControlRoom['clock']) {
  const moment = now();
  return {
    now: moment.toISOString(),
    seoul: seoulTime(moment),
    virtual: moveTo !== undefined,
    blackout: isBlackout(moment),
  };
}
