import { Hono, type Context } from 'hono';
import { InvalidInput, PilliveryError } from '../../platform/errors.ts';
import { readDuration } from '../duration.ts';
import { pageHeaders } from '../pages.ts';
import { controlPage } from './page.ts';
import { changeMandate, getMandate } from './people.ts';
import { ruleOf } from './presets.ts';
import type { ControlRoom } from './room.ts';

/** With `no-referrer` a browser would not say where a button was pressed, and the guard could not tell its own page. */
const HEADERS = { ...pageHeaders, 'Referrer-Policy': 'same-origin' };

type Fields = Record<string, string>;

/** The control page and its buttons; each leads back to it. */
export function pageRoutes(room: ControlRoom): Hono {
  const routes = new Hono();
  routes.get('/', (c) => c.html(controlPage(room), 200, HEADERS));
  for (const [name, act] of Object.entries(ACTIONS)) {
    routes.post(`/do/${name}`, async (c) => {
      const fields = await fieldsOf(c);
      try {
        act(room, fields);
      } catch (error) {
        if (!(error instanceof PilliveryError)) throw error;
        return c.html(controlPage(room, error.message), 400, HEADERS);
      }
      return c.body(null, 303, { ...HEADERS, Location: '/sandbox' });
    });
  }
  return routes;
}

async function fieldsOf(c: Context): Promise<Fields> {
  const form = Object.entries(await c.req.parseBody());
  return Object.fromEntries(form.map(([name, value]) => [name, typeof value === 'string' ? value.trim() : '']));
}

const ACTIONS: Record<string, (room: ControlRoom, fields: Fields) => void> = {
  fault({ faults }, { op = '', effect = '', often = '', detail = '', customer = '' }) {
    // A person who has just chosen it expects it next, whatever else is in force.
    faults.set(ruleOf({ op, effect, often, detail, customer }), 'front');
  },
  rule({ faults }, { rule = '' }) {
    faults.set(parsed(rule), 'front');
  },
  remove: ({ faults }, { id = '' }) => void faults.remove(id),
  clear: ({ faults }) => faults.clear(),
  clock({ clock }, { advance = '', set = '' }) {
    const moment = advance ? new Date(clock.now().getTime() + (readDuration(advance) ?? 0)) : new Date(`${set}+09:00`);
    if (Number.isNaN(moment.getTime())) throw new InvalidInput('INVALID_INPUT', 'That is no moment.');
    clock.moveTo?.(moment);
  },
  revoke({ desk: { kakaopay } }, { mandate = '' }) {
    changeMandate(kakaopay, getMandate(kakaopay, mandate), { inactive: true });
  },
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidInput('INVALID_INPUT', 'That rule is not JSON.');
  }
}
