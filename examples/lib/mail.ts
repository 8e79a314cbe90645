/** Extracts the text of a mail from headers, nested MIME parts and transfer encodings. */

/** The text of a mail without headers, including its nested parts but not attachments. */
export function textOf(mail: string): string {
  const text = parts(mail).join('\n').trim();
  // A mail that does not match its headers is used unchanged.
  return (text === '' ? cutHead(mail).body.trim() : text).replace(/<!--[\s\S]{0,5000}?-->/g, '');
}

/** The decoded texts of a mail or part, including nested parts. */
function parts(message: string): string[] {
  const { head, body } = cutHead(message);
  const type = /^content-type:.*$/im.exec(head)?.[0] ?? '';
  const boundary = /boundary\s*=\s*"?([^"\s;]+)/i.exec(type)?.[1];
  if (boundary !== undefined) return body.split(`--${boundary}`).slice(1).flatMap(parts);
  if (type !== '' && !/^content-type:\s*text/i.test(type)) return [];
  const encoding = /^content-transfer-encoding:\s*([\w-]+)/im.exec(head)?.[1]?.toLowerCase();
  if (encoding === 'base64') return [Buffer.from(body, 'base64').toString('latin1')];
  if (encoding === 'quoted-printable')
    return [
      body
        .replace(/=\r?\n/g, '')
        .replace(/=([\dA-F]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    ];
  return [body];
}

/** The head ends at the first empty line; folded lines are unfolded. A part may have no head. */
function cutHead(message: string): { head: string; body: string } {
  const end = /\r?\n\r?\n/.exec(message)?.index ?? -1;
  if (end === -1) return { head: '', body: '' };
  return { head: message.slice(0, end).replace(/\r?\n[ \t]+/g, ' '), body: message.slice(end) };
}
