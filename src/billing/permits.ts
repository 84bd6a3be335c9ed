/** Bounds how many do something at once, first come, first served. */
export interface Permits {
  /** Runs `work` while holding a permit. */
  hold<T>(work: () => Promise<T>): Promise<T>;
  held(): number;
}

export function openPermits(most: number): Permits {
  const waiting: (() => void)[] = [];
  let held = 0;

  return {
    async hold(work) {
      if (held < most) held += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next(); // the permit passes on
        else held -= 1;
      }
    },
    held: () => held,
  };
}
