import type { z } from 'zod';

/** What is wrong with a body in one line that names the field and never its value. */
export function describeProblem({ issues }: z.ZodError, body: unknown): string {
  const [issue] = issues;
  if (issue === undefined) throw new Error('Bug: a schema refused a body without saying why.');
  const path = issue.path.map(String);
  const within = path.length > 0 ? ` in ${path.join('.')}` : '';
  if (issue.code === 'unrecognized_keys') return `unknown field ${issue.keys.join(', ')}${within}`;
  if (path.length === 0) return issue.code === 'custom' ? issue.message : 'the body must be a JSON object';
  return issue.code !== 'custom' && isMissing(body, path)
    ? `missing field ${path.join('.')}`
    : `field ${path.join('.')}: ${issue.message}`;
}

function isMissing(body: unknown, path: readonly string[]): boolean {
  const parent = path.slice(0, -1).reduce<unknown>((value, key) => (Object(value) as Fields)[key], body);
  return !Object.hasOwn(Object(parent) as Fields, path.at(-1) ?? '');
}

type Fields = Record<string, unknown>;
