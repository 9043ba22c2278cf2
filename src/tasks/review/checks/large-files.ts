import { factsOf } from './check-facts.ts'
import type { ChangedFile } from '../../../domain/change.ts'
import { type Check, type CheckContext, type CheckFinding, perFile } from './check.ts'

const megabyte = 1024 * 1024
/** From here on a file is told about whatever it is. */
const maxBytes = megabyte
/** A clone with every version of these grows by megabytes; each name is what nobody would look for in a repository. */
const products =
  /\.(?:exe|dll|so(?:\.\d+)*|dylib|a|o|obj|lib|pdb|class|jar|war|ear|pyc|pyo|pyd|whl|egg|node|ko|msi|apk|aab|ipa|deb|rpm|dmg|iso|img|vmdk|zip|tar|tgz|gz|bz2|xz|zst|7z|rar|db|sqlite3?|dump|bak|hprof|core|gguf|safetensors|onnx|pt|pth|pkl|h5)$|(?:^|\/)(?:\.DS_Store|Thumbs\.db|core|a\.out)$/i
/** What a page, an application or a manual is made of belongs to its source. */
const media =
  /\.(?:png|jpe?g|gif|webp|avif|ico|icns|bmp|svgz?|woff2?|ttf|otf|eot|pdf|mp3|ogg|wav|mp4|webm|mov|docx?|xlsx?|pptx?|odt|ods|psd|sketch|fig|glb|cur|mo|gmo|wasm|keystore|jks|p12|pfx|der|cer)$/i

const samples =
  /(?:^|\/)(?:tests?|__tests__|specs?|fixtures?|__fixtures__|testdata|samples?|examples?|snapshots?|__snapshots__|__image_snapshots__)\//i

/** Files that make every clone heavier for ever, and binaries that can be built or downloaded again. */
export const largeFiles: Check = {
  ...factsOf('large-files'),
  run: perFile(findLargeFile),
}

function findLargeFile(file: ChangedFile, context: CheckContext): CheckFinding[] {
  const { status, kind, size } = file
  const isNew = status === 'added' || status === 'copied' || status === 'type-changed'
  if (status === 'deleted' || kind === 'submodule' || kind === 'symlink' || size === 0) return []
  if (size !== null && size > maxBytes) return isNew || kind === 'binary' ? large(file, size, context) : []
  if (!isNew || kind !== 'binary' || media.test(file.path)) return []
  return binary(file)
}

function large(file: ChangedFile, size: number, { isGenerated }: CheckContext): CheckFinding[] {
  // A lock file has the size it has, and belongs here.
  if (file.kind === 'text' && isGenerated(file)) return []
  const what = file.kind === 'binary' ? 'binary' : 'text'
  const told = `${(size / megabyte).toFixed(1)} MiB`
  return [
    finding(file, {
      title: `Large ${what} file: ${told}`,
      message: `${file.path} has ${told}. Once it is committed every clone carries it for ever, also after it is deleted. Keep it outside of the repository, or track it with Git LFS.`,
    }),
  ]
}

function binary(file: ChangedFile): CheckFinding[] {
  const isProduct = products.test(file.path)
  if (!isProduct && samples.test(file.path)) return []
  const isExecutable = file.newMode === '100755'
  const what = isExecutable ? 'executable' : isProduct ? 'build product, archive or database' : 'file'
  return [
    finding(file, {
      title: `Binary ${what} added`,
      message: `Nobody can review ${file.path}, and every clone carries it for ever. Build or download it where it is needed, or track it with Git LFS.`,
    }),
  ]
}

function finding({ path }: ChangedFile, told: Pick<CheckFinding, 'title' | 'message'>): CheckFinding {
  return { ...told, region: { path, startLine: null, endLine: null }, evidence: '' }
}
