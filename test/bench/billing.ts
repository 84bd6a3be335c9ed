import { Agent, request } from 'undici';
import { openBillingStage, type Billed, type BillingStage, type Sample } from './billing-stage.ts';
import { round } from './figures.ts';
import type { Figures } from './run.ts';

/** Latency in milliseconds, calls in flight, subscriptions due. */
const LATENCY_BOUND = [
  { latency: 50, calls: 8, due: 2_400 },
  { latency: 50, calls: 16, due: 3_600 },
  { latency: 200, calls: 8, due: 640 },
  { latency: 200, calls: 16, due: 1_280 },
  { latency: 200, calls: 64, due: 4_800 },
] as const;
const AT_NO_LATENCY = { calls: 64, small: 10_000, large: 50_000, full: 1_000_000 } as const;
const BARE_CALLS = 10_000;
const TWO_RUNNERS = { latency: 200, calls: 16, due: 2_400 } as const;

/** What a billing run takes: time beside the provider's, CPU, memory; and what a second runner brings. */
export async function measure(tell: (line: string) => void, { full }: { full: boolean }): Promise<Figures> {
  const stage = await openBillingStage();
  try {
    const ratios = await latencyBound(stage, tell);
    const twoRunnerFactor = await twoRunners(stage, tell);
    const small = await atNoLatency(stage, AT_NO_LATENCY.small, tell);
    const large = await atNoLatency(stage, full ? AT_NO_LATENCY.full : AT_NO_LATENCY.large, tell);
    const { perSecond: bareChargesPerSecond } = await bareCalls(stage, {
      calls: AT_NO_LATENCY.calls,
      made: BARE_CALLS,
    });
    tell(`bare calls of undici to the sandbox: ${bareChargesPerSecond}/s`);
    return {
      latencyBoundRatio: lowestRatio(ratios, large.perSecond),
      chargesPerCpuSecond: large.perCpuSecond,
      chargesPerSecond: large.perSecond,
      bareChargesPerSecond,
      ofBare: round(large.perSecond / bareChargesPerSecond, 3),
      peakRssMb: large.peakRssMb,
      peakRssMbSmall: small.peakRssMb,
      rssSlopeMb: large.rssSlopeMb,
      twoRunnerFactor,
    };
  } finally {
    await stage.close();
  }
}

interface Ratio {
  /** What the calls in flight could do at most in this latency, per second. */
  limit: number;
  ratio: number;
}

/** Of those runs that this machine's processors did not hold back: at most a third of what they do without latency. */
function lowestRatio(ratios: readonly Ratio[], unboundPerSecond: number): number {
  const bound = ratios.filter(({ limit }) => limit <= unboundPerSecond / 3);
  return Math.min(...(bound.length > 0 ? bound : ratios).map(({ ratio }) => ratio));
}

async function latencyBound(stage: BillingStage, tell: (line: string) => void): Promise<Ratio[]> {
  const ratios = [];
  for (const { latency, calls, due } of LATENCY_BOUND) {
    const environment = await stage.shop(due);
    await stage.latency(latency);
    const bare = await bareCalls(stage, { calls, made: calls * 20 });
    await stage.chargeTimes();
    await stage.latency(latency);
    await stage.bill(environment, ['--concurrency', String(calls)]);
    const perSecond = middleRate(await stage.chargeTimes());
    const limit = calls / (bare.meanMs / 1_000);
    const ratio = round(perSecond / limit, 3);
    tell(
      `${latency} ms (${bare.meanMs} measured), ${calls} calls in flight: ${round(perSecond, 1)}/s, ${ratio} of calls / latency`,
    );
    ratios.push({ limit, ratio });
  }
  return ratios;
}

/** Charges per second in the middle 80 % of a run: its start and its end say little about it. */
function middleRate(times: readonly number[]): number {
  const [from, to] = middleOf(times);
  return (0.8 * times.length) / ((to - from) / 1_000);
}

const middleOf = (times: readonly number[]): [number, number] => [
  times[Math.floor(times.length * 0.1)] ?? 0,
  times[Math.floor(times.length * 0.9)] ?? 0,
];

async function twoRunners(stage: BillingStage, tell: (line: string) => void): Promise<number> {
  const { latency, calls, due } = TWO_RUNNERS;
  const rates = [];
  for (const runners of [1, 2]) {
    const environment = await stage.shop(due);
    await stage.latency(latency);
    const flags = ['--concurrency', String(calls), '--join'];
    await Promise.all(Array.from({ length: runners }, () => stage.bill(environment, flags)));
    rates.push(middleRate(await stage.chargeTimes()));
  }
  const factor = round((rates[1] ?? 0) / (rates[0] ?? 1), 2);
  tell(`two runners: ${factor} times one`);
  return factor;
}

async function atNoLatency(stage: BillingStage, due: number, tell: (line: string) => void) {
  const environment = await stage.shop(due);
  await stage.latency(0);
  const billed = await stage.bill(environment, ['--concurrency', String(AT_NO_LATENCY.calls)]);
  const times = await stage.chargeTimes();
  const figures = {
    perSecond: round(middleRate(times), 1),
    perCpuSecond: round(perCpuSecond(billed, times), 1),
    peakRssMb: round(Math.max(...billed.samples.map(({ rssMb }) => rssMb)), 1),
    rssSlopeMb: round(slopeOf(billed.samples), 1),
  };
  tell(
    `${due} due: ${figures.perSecond}/s, ${figures.perCpuSecond} per CPU second of the runner, ${figures.peakRssMb} MB at most, ${figures.rssSlopeMb} MB more at the end than in the middle`,
  );
  return figures;
}

/** Charges per second of CPU time of the runner, in the middle 80 % of the run. */
function perCpuSecond({ samples }: Billed, times: readonly number[]): number {
  const cpuAt = (ms: number): number =>
    samples.reduce((near, one) => (Math.abs(one.ms - ms) < Math.abs(near.ms - ms) ? one : near)).cpuSeconds;
  const [from, to] = middleOf(times);
  return (0.8 * times.length) / (cpuAt(to) - cpuAt(from));
}

/** How much more memory the last tenth takes than the tenth after the first half. */
function slopeOf(samples: readonly Sample[]): number {
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  const mean = (part: readonly Sample[]): number => part.reduce((sum, { rssMb }) => sum + rssMb, 0) / part.length;
  const middle = Math.floor(samples.length / 2);
  return mean(samples.slice(-tenth)) - mean(samples.slice(middle, middle + tenth));
}

/** What this machine can do at all: the same calls by the same library, without a shop around them. */
async function bareCalls(
  { sandbox }: BillingStage,
  { calls, made: wanted }: { calls: number; made: number },
): Promise<{ perSecond: number; meanMs: number }> {
  const dispatcher = new Agent({ connections: calls });
  const headers = { authorization: 'SECRET_KEY SANDBOX-bench', 'content-type': 'application/json' };
  let [made, summedMs] = [0, 0];
  const caller = async (): Promise<void> => {
    while (made < wanted) {
      made += 1;
      const began = performance.now();
      const body = JSON.stringify(chargeBody(made));
      const answer = await request(`${sandbox}/online/v1/payment/subscription`, {
        method: 'POST',
        headers,
        body,
        dispatcher,
      });
      await answer.body.text();
      summedMs += performance.now() - began;
      if (answer.statusCode !== 200) throw new Error(`The sandbox answered ${answer.statusCode}.`);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: calls }, caller));
  const seconds = (performance.now() - started) / 1_000;
  await dispatcher.close();
  return { perSecond: round(made / seconds, 1), meanMs: round(summedMs / made, 1) };
}

const chargeBody = (index: number) => ({
  cid: 'TCSUBSCRIP',
  sid: `SEED${String(index).padStart(16, '0')}`,
  partner_order_id: `pa_${index}`,
  partner_user_id: `c${index}`,
  item_name: '오메가3 골드 60캡슐',
  quantity: 1,
  total_amount: 27_000,
  tax_free_amount: 0,
});
