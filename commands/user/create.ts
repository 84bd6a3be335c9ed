import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../../src/cli/command.ts';
import { by } from '../../src/cli/flags.ts';
import { readPassword } from '../../src/cli/read-password.ts';

export default class UserCreate extends PilliveryCommand {
  static override summary = 'make an account, such as that of the first admin';
  static override description = `The password is asked for at a terminal, or read from standard input; it is never a flag.

Exit codes: 0 the account is there, 1 e-mail or display name is taken, 2 a field is not as it should be.`;
  static override examples = [
    '<%= config.bin %> user create --admin --email owner@example.com --display-name Owner',
    '<%= config.bin %> user create --email buyer@example.com --display-name Buyer --password-stdin < password.txt',
  ];
  static override enableJsonFlag = true;
  static override flags = {
    admin: Flags.boolean({ summary: 'may do everything' }),
    by: by(),
    'display-name': Flags.string({ summary: 'name that others see', helpValue: 'NAME', required: true }),
    email: Flags.string({ summary: 'e-mail to log in with', helpValue: 'EMAIL', required: true }),
    'password-stdin': Flags.boolean({ summary: 'read the password from the first line of standard input' }),
  };

  async run() {
    const { flags } = await this.parse(UserCreate);
    const { createUser } = await import('../../src/accounts/index.ts');
    const { operatorNamed } = await import('../../src/audit.ts');
    const password = await readPassword({ fromStdin: flags['password-stdin'] });
    const { id, role } = await this.withApp(flags, (app) =>
      createUser(app, {
        by: operatorNamed(flags.by),
        email: flags.email,
        password,
        displayName: flags['display-name'],
        role: flags.admin ? 'ADMIN' : 'USER',
      }),
    );
    this.log(`${role === 'ADMIN' ? 'admin' : 'user'} ${id} can log in as ${flags.email}`);
    return { schema: 'pillivery.user/1', id, role };
  }
}
