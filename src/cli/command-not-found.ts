import { Errors, type Hook } from '@oclif/core';
import { suggestions } from '../platform/suggest.ts';

/** Says which command may have been meant, and leaves with the code for wrong words. Nothing suggested is ever run. */
const commandNotFound: Hook<'command_not_found'> = async ({ config, id }) => {
  const words = id.split(':');
  const known = config.commands.filter((command) => !command.hidden).map((command) => command.id.split(':'));
  const topic = longestKnownStart(words, known);
  const tries = suggestNext(words[topic.length] ?? '', topic, known);

  throw new Errors.CLIError(`No such command: ${words.join(' ')}.`, {
    code: 'COMMAND_NOT_FOUND',
    exit: 2,
    suggestions: tries.map((words) => `${config.bin} ${words.join(' ')}`),
  });
};

const startsWith = (words: string[], start: string[]) => start.every((word, index) => words[index] === word);

/** `['catalog', 'imprt']` starts with the known topic `['catalog']`. */
function longestKnownStart(words: string[], known: string[][]): string[] {
  const lengths = words.map((_, index) => words.length - index);
  const length = lengths.find((length) => known.some((command) => startsWith(command, words.slice(0, length))));
  return words.slice(0, length ?? 0);
}

/** What may follow the topic and is close to the word that does not; where nothing is, the topic's own help. */
function suggestNext(unknown: string, topic: string[], known: string[][]): string[][] {
  const next = known.filter((command) => startsWith(command, topic)).flatMap((command) => command[topic.length] ?? []);
  const close = suggestions(unknown, [...new Set(next)]);
  return close.length > 0 ? close.map((word) => [...topic, word]) : [[...topic, '--help']];
}

export default commandNotFound;
