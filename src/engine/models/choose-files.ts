import { AppError } from '../../domain/errors.ts'
import type { HubFile, HubRepository } from './hub.ts'
import { shardsOf, stemOf } from './model-files.ts'

export interface Wish {
  repository: string
  quant: string | null
  /** One file of the model; of a split one, any part. */
  file: string | null
}

const quantLabel = /(?:^|[-._/])((?:UD-)?(?:I?Q\d+(?:_[A-Z0-9]+)*|TQ\d_\d|BF16|F16|F32|MXFP4(?:_MOE)?))$/i
/** Best trade of size against quality first; taken when nobody named one. */
const preferredQuants = ['Q4_K_M', 'UD-Q4_K_XL', 'UD-Q4_K_M', 'MXFP4', 'MXFP4_MOE', 'Q4_K_S', 'Q5_K_M', 'Q4_0', 'Q8_0']

/** How a file is quantised, as its name or its folder says: `Q4_K_M`. */
export function quantOf(path: string): string | null {
  const stem = stemOf(path)
  const label = quantLabel.exec(stem)?.[1] ?? quantLabel.exec(stem.split('/').slice(0, -1).join('/'))?.[1]
  return label?.toUpperCase() ?? null
}

/** The files of a repository that make up the wished model, in order; throws `MODEL_UNKNOWN` with what there is. */
export function chooseFiles({ files }: Pick<HubRepository, 'files'>, { repository, quant, file }: Wish): HubFile[] {
  const models = files.filter(({ path }) => isModelFile(path))
  if (models.length === 0) throw unknown(`${repository} has no GGUF files`, 'Look for a repository whose name ends in -GGUF.')
  const first = file === null ? byQuant(models, { repository, quant }) : file
  const parts = shardsOf(first).map((path) => models.find((candidate) => candidate.path === path))
  const whole = parts.filter((part) => part !== undefined)
  if (whole.length === parts.length) return whole
  throw unknown(`${repository} has ${whole.length} of ${parts.length} files of ${first}`, `It has: ${namesOf(models)}.`)
}

function byQuant(models: readonly HubFile[], { repository, quant }: Pick<Wish, 'repository' | 'quant'>): string {
  const firstParts = models.filter(({ path }) => shardsOf(path)[0] === path)
  const labels = quant === null ? preferredQuants : [quant.toUpperCase()]
  for (const label of labels) {
    const match = firstParts.find(({ path }) => quantOf(path) === label)
    if (match !== undefined) return match.path
  }
  const [only] = firstParts
  if (quant === null && firstParts.length === 1 && only !== undefined) return only.path
  throw unknown(`${repository} has no ${quant ?? 'quantisation that is taken by default'}`, `Name one of: ${namesOf(firstParts)}.`)
}

/** Projectors for images and importance matrices are GGUF files too, but no models. */
function isModelFile(path: string): boolean {
  return path.endsWith('.gguf') && !/(?:^|[-._/])(?:mmproj|imatrix)/i.test(path)
}

function namesOf(files: readonly HubFile[]): string {
  const labels = new Set(files.map(({ path }) => quantOf(path) ?? path))
  return [...labels].slice(0, 30).join(', ')
}

function unknown(what: string, hint: string): AppError {
  return new AppError('MODEL_UNKNOWN', `${what}.`, { hint })
}
