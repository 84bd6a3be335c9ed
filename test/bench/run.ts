/** Measures one thing against its bare limit in the same run. Usage: npm run bench -- <name> [--json] [--full] */
import { parseArgs } from 'node:util';

/** What a benchmark gives back: one flat document. */
export type Figures = Record<string, number | string>;

type Measure = (tell: (line: string) => void, options: { full: boolean }) => Promise<Figures>;

const BENCHMARKS: Record<string, () => Promise<{ measure: Measure }>> = {
  startup: () => import('./startup.ts'),
  billing: () => import('./billing.ts'),
  approvals: () => import('./approvals.ts'),
  outage: () => import('./outage.ts'),
  faults: () => import('./faults.ts'),
  sandbox: () => import('./sandbox.ts'),
};

// The result is one JSON line either way; --json is taken because every command of ours takes it.
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, full: { type: 'boolean' } },
});
const [name = ''] = positionals;
const load = BENCHMARKS[name];
if (load) {
  const { measure } = await load();
  const figures = await measure((line) => process.stderr.write(`${line}\n`), { full: values.full ?? false });
  process.stdout.write(`${JSON.stringify({ bench: name, ...figures })}\n`);
} else {
  process.stderr.write(`Name a benchmark: ${Object.keys(BENCHMARKS).join(', ')}\n`);
  process.exitCode = 2;
}
