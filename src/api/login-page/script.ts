/**
 * What the sign-up form does in a browser. The ticket is in a cookie that it cannot read; texts of others reach the page
 * as text only. Plain JavaScript in a string, because the page's policy names its hash and nothing is built for browsers.
 */
export const SCRIPT = `
'use strict';
const form = document.querySelector('form');
const message = document.querySelector('[role=status]');
const SAYS = {
  taken: '이미 사용 중입니다.',
  required: '입력해 주세요.',
  TICKET_INVALID: '가입 시간이 지났습니다. 처음부터 다시 로그인해 주세요.',
  IDENTITY_TAKEN: '이미 가입된 계정입니다. 다시 로그인해 주세요.',
};
const call = async (path, init) => {
  const response = await fetch('/api/auth/oauth/' + path, init);
  return { ok: response.ok, body: await response.json() };
};
const end = (text) => {
  form.hidden = true;
  message.textContent = text;
};
const show = (fields) => {
  for (const input of form.elements) input.setCustomValidity?.('');
  for (const { field, reason } of fields) {
    form.elements[field]?.setCustomValidity(SAYS[reason] ?? '형식이 맞지 않습니다.');
  }
  form.reportValidity();
};
const explain = ({ code, errors }) => {
  if (errors) return show(errors);
  if (SAYS[code]) return end(SAYS[code]);
  message.textContent = '잠시 후 다시 시도해 주세요.';
};
form.addEventListener('input', (event) => event.target.setCustomValidity(''));
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  const filled = [...new FormData(form)].filter(([, value]) => value !== '');
  try {
    const { ok, body } = await call('complete', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(filled)),
    });
    if (ok) end('가입이 완료되었습니다.');
    else explain(body);
  } catch {
    message.textContent = '잠시 후 다시 시도해 주세요.';
  } finally {
    button.disabled = false;
  }
});
const fill = async () => {
  const { ok, body } = await call('pending');
  if (!ok) return explain(body);
  for (const name of ['displayName', 'realName']) form.elements[name].value = body.data[name] ?? '';
  const email = form.elements.email;
  email.disabled = body.data.email !== null;
  email.closest('label').hidden = email.disabled;
  form.hidden = false;
};
fill().catch(() => (message.textContent = '잠시 후 다시 시도해 주세요.'));
`;
