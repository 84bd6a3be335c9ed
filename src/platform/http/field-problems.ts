import type { ZodError } from 'zod';
import type { FieldProblem } from '../errors.ts';

/** Zod's words for what is wrong with fields, in ours; rejected values are not among them. */
export function fieldProblemsOf(error: ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: [path, key].filter(Boolean).join('.'), reason: 'unknown_field' }));
    }
    return [{ field: path, reason: reasonOf(issue) }];
  });
}

type Issue = ZodError['issues'][number];

function reasonOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined && issue.message.includes('undefined') ? 'required' : 'format';
    case 'too_small':
      return issue.origin === 'string' ? 'too_short' : 'out_of_range';
    case 'too_big':
      return issue.origin === 'string' ? 'too_long' : 'out_of_range';
    case 'invalid_value':
      return 'not_allowed';
    case 'custom':
      return issue.message;
    default:
      return 'format';
  }
}
