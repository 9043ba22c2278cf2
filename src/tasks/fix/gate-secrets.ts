import { findSecrets } from '../../domain/secrets.ts'
import type { Edit, Refused } from './edit.ts'

/** Characters of a secret that nobody writes by chance. */
const pieceLength = 8

/** A secret that went is gone: neither in pieces nor in another spelling is it still in the file. */
export async function gateSecrets({ before, after }: Edit): Promise<Refused | null> {
  const [old, now] = [await secretsIn(before), new Set(await secretsIn(after))]
  for (const secret of old.filter((value) => !now.has(value) && value.length >= pieceLength)) {
    const spellings = [
      secret,
      secret.split('').toReversed().join(''),
      ...(['base64', 'hex'] as const).map((to) => Buffer.from(secret).toString(to)),
    ]
    if (spellings.some((spelling) => piecesOf(spelling).some((piece) => after.includes(piece) && !isElsewhere(piece, before, secret))))
      return { gate: 'target', reason: 'The secret is still in the file, only spelled in another way. Read it from outside of the code.' }
  }
  return null
}

async function secretsIn(text: string): Promise<string[]> {
  return (await findSecrets(text)).map(({ start, end }) => text.slice(start, end))
}

function piecesOf(text: string): string[] {
  return Array.from({ length: Math.max(1, text.length - pieceLength + 1) }, (_, index) => text.slice(index, index + pieceLength))
}

/** What stood in the file outside of the secret as well says nothing about it. */
const isElsewhere = (piece: string, text: string, secret: string) => text.replaceAll(secret, '').includes(piece)
