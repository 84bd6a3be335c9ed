import { expect, it } from 'vitest';
import { accessOf } from '../../src/api/access.ts';
import { buildApi } from '../../src/api/app.ts';
import { bundle } from '../support/bundle.ts';

/** Who may call what, as the shop promises it. The first that fits decides; a route that none fits needs a line here. */
const PROMISED: [RegExp, 'PUBLIC' | 'USER' | 'ADMIN'][] = [
  [/^\w+ \/api\/admin\//, 'ADMIN'],
  [/^post \/api\/users$/, 'PUBLIC'],
  [/^\w+ \/api\/users\/me/, 'USER'],
  [/^\w+ \/api\/auth\/sessions/, 'USER'],
  [/^\w+ \/api\/auth\/(login|refresh|logout|password-resets|oauth)/, 'PUBLIC'],
  [/^get \/api\/items/, 'PUBLIC'],
  [/^\w+ \/api\/(carts|orders|subscriptions)/, 'USER'],
  [/^get \/api\/payments\/(approve|cancel|fail)\/\{attemptId\}$/, 'PUBLIC'],
  [/^post \/api\/payments\/webhooks\/\{provider\}$/, 'PUBLIC'],
  [/^\w+ \/api\/payments\//, 'USER'],
  [/^get \/api\/reviews\/me$/, 'USER'],
  [/^get \/api\/reviews\//, 'PUBLIC'],
  [/^\w+ \/api\/reviews/, 'USER'],
  [/^get \/health\//, 'PUBLIC'],
];

it('every route may be called by whom the shop promises, and nobody else', async () => {
  const { app } = await bundle();
  const routes = buildApi(app).openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === 'route' ? [definition.route] : [],
  );
  const table = routes.map((route) => [`${route.method} ${route.path}`, accessOf(route)] as const);
  const promised = table.map(([route]) => [route, PROMISED.find(([form]) => form.test(route))?.[1]]);
  expect(table).toEqual(promised);
});
