/** On what a run is played: each of these is proven by itself. */
export interface Combination {
  engine: 'sqlite' | 'mysql';
  /** Runners started together. */
  runners: 1 | 3;
}

/** SQLite is for one runner; a server takes any number. The order is part of what a seed means. */
const COMBINATIONS: readonly Combination[] = [
  { engine: 'sqlite', runners: 1 },
  { engine: 'mysql', runners: 1 },
  { engine: 'mysql', runners: 3 },
];

export const nameOf = ({ engine, runners }: Combination): string => `${engine}-${runners}`;

/** Its place among all, whichever of them are played. */
export const placeOf = (combination: Combination): number =>
  COMBINATIONS.findIndex((one) => nameOf(one) === nameOf(combination));

/** Those that the words of the command line leave. */
export const combinationsOf = (engine: string, runners: string | undefined): Combination[] =>
  COMBINATIONS.filter(
    (one) => (engine === 'all' || one.engine === engine) && (runners === undefined || one.runners === Number(runners)),
  );
