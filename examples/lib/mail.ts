/** What a mail says, out of the wrappings it came in: headers, the parts of its parts, and two ways to write bytes. */

/** The text of a mail without headers, its own and those of its parts; of attachments, nothing. */
export function textOf(mail: string): string {
  const text = parts(mail).join('\n').trim();
  // A mail that is not built as its headers say is taken as it stands.
  return (text === '' ? cutHead(mail).body.trim() : text).replace(/<!--[\s\S]{0,5000}?-->/g, '');
}

/** The decoded texts of a mail or of a part of one, parts of parts included. */
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

/** Up to the first empty line is the head, its folded lines unfolded; a part may have none. */
function cutHead(message: string): { head: string; body: string } {
  const end = /\r?\n\r?\n/.exec(message)?.index ?? -1;
  if (end === -1) return { head: '', body: '' };
  return { head: message.slice(0, end).replace(/\r?\n[ \t]+/g, ' '), body: message.slice(end) };
}
