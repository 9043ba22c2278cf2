import { join } from 'node:path'
import { AppError } from '../../domain/errors.ts'

const idPattern = /^[a-z0-9](?:[a-z0-9._-]{0,118}[a-z0-9])?$/
/** Windows opens a device for these, whatever extension follows. */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/

/** Whether a text can name a model of the store: a plain folder name on every platform. */
export function isModelId(text: string): boolean {
  return idPattern.test(text) && !text.includes('..') && !deviceName.test(text)
}

/** The id that a file or repository name suggests, or null where nothing usable is left of it. */
export function suggestModelId(name: string): string | null {
  const id = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/\.{2,}/g, '.')
    .slice(0, 120)
    .replaceAll(/^[._-]+|[._-]+$/g, '')
  return isModelId(id) ? id : null
}

/** The folder of one model; throws for anything that is not an id, so that no name leads out of the store. */
export function modelFolder(directory: string, id: string): string {
  if (isModelId(id)) return join(directory, id)
  throw new AppError('MODEL_UNKNOWN', `${JSON.stringify(id)} cannot name a model of the store.`, {
    hint: 'Use small letters, digits, dots, dashes and underscores, at most 120 of them.',
  })
}
