const shardPattern = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/s

/**
 * The names a model's files have in the store. The loader finds the other parts of a split model by the name
 * of its first one, so parts keep the numbering it expects.
 */
export function modelFileNames(count: number): string[] {
  if (count === 1) return ['model.gguf']
  return Array.from({ length: count }, (_, index) => shardName('model', index + 1, count))
}

/** All parts of the split model that a file name belongs to, in order; the name alone when it is not split. */
export function shardsOf(name: string): string[] {
  const [, stem, , total] = shardPattern.exec(name) ?? []
  if (stem === undefined || total === undefined) return [name]
  const count = Number(total)
  if (count === 0) return [name]
  return Array.from({ length: count }, (_, index) => shardName(stem, index + 1, count))
}

/** The name without its ending and its part number. */
export function stemOf(name: string): string {
  return shardPattern.exec(name)?.[1] ?? name.replace(/\.gguf$/i, '')
}

function shardName(stem: string, index: number, count: number): string {
  const padded = (value: number) => String(value).padStart(5, '0')
  return `${stem}-${padded(index)}-of-${padded(count)}.gguf`
}
