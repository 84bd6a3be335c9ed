import type { ExplainDocument, StoryEntry } from './document.ts';

/** The story as a person reads it, its sentence last. */
export function describeExplanation({ facts, story, conclusion }: ExplainDocument): string {
  return [
    ...facts.map(({ name, value }) => `${name.padEnd(14)}${value}`),
    '',
    ...story.flatMap(describeEntry),
    '',
    conclusion,
  ].join('\n');
}

function describeEntry({ at, kind, about, what, evidence }: StoryEntry): string[] {
  const line = `${at.slice(0, 19).replace('T', ' ')}  ${kind} ${kind === 'notice' ? '' : `${about} `}${what}`;
  return evidence ? [line, `  ${JSON.stringify(evidence)}`] : [line];
}
