/** Bytes a second that memory gives at best. */
export interface Bandwidth {
  low: number
  high: number
}

/**
 * What the memory of a card gives, in GB/s, as its maker's data sheet says. The first name that stands in a device's name counts. Variants for laptops are
 * slower, and differ from one laptop to the next: they are not told apart here.
 */
const cards: readonly (readonly [name: string, gigabytes: number])[] = [
  ['H200', 4800],
  ['H100 PCIe', 2000],
  ['H100', 3350],
  ['A100 SXM4 80GB', 2039],
  ['A100 80GB', 1935],
  ['A100', 1555],
  ['L40S', 864],
  ['L40', 864],
  ['L4', 300],
  ['A10G', 600],
  ['A10', 600],
  ['Tesla T4', 320],
  ['RTX PRO 6000', 1792],
  ['RTX 6000 Ada', 960],
  ['RTX A6000', 768],
  ['RTX 5090', 1792],
  ['RTX 5080', 960],
  ['RTX 5070 Ti', 896],
  ['RTX 5070', 672],
  ['RTX 5060', 448],
  ['RTX 4090', 1008],
  ['RTX 4080 SUPER', 736],
  ['RTX 4080', 717],
  ['RTX 4070 Ti SUPER', 672],
  ['RTX 4070', 504],
  ['RTX 4060 Ti', 288],
  ['RTX 4060', 272],
  ['RTX 3090 Ti', 1008],
  ['RTX 3090', 936],
  ['RTX 3080 Ti', 912],
  ['RTX 3080', 760],
  ['RTX 3070 Ti', 608],
  ['RTX 3070', 448],
  ['RTX 3060 Ti', 448],
  ['RTX 3060', 360],
  ['RTX 2080 Ti', 616],
  ['RTX 2080', 448],
  ['RTX 2070', 448],
  ['RTX 2060', 336],
  ['RX 9070', 640],
  ['RX 7900 XTX', 960],
  ['RX 7900 XT', 800],
  ['RX 7800 XT', 624],
  ['RX 6800', 512],
  ['PRO W7900', 864],
  ['PRO W7800', 576],
  ['B580', 456],
  ['A770', 560],
  ['M1 Ultra', 800],
  ['M1 Max', 400],
  ['M1 Pro', 200],
  ['Apple M1', 68],
  ['M2 Ultra', 800],
  ['M2 Max', 400],
  ['M2 Pro', 200],
  ['Apple M2', 100],
  ['M3 Ultra', 819],
  ['M3 Max', 300],
  ['M3 Pro', 150],
  ['Apple M3', 100],
  ['M4 Max', 410],
  ['M4 Pro', 273],
  ['Apple M4', 120],
  ['M5 Max', 460],
  ['M5 Pro', 307],
  ['Apple M5', 153],
] // prettier-ignore

const slowestCard = 200e9
const fastestCard = 1000e9
const laptop = /laptop|mobile|max-q/i

/** The bandwidth of a card by its name; a wide range where the name says nothing to us. */
export function cardBandwidth(device: string): Bandwidth & { isKnown: boolean } {
  const found = laptop.test(device) ? undefined : cards.find(([name]) => isNamed(device, name))
  if (found === undefined) return { low: slowestCard, high: fastestCard, isKnown: false }
  return { low: found[1] * 1e9, high: found[1] * 1e9, isKnown: true }
}

/** Whole words, so that an L4 is no L40. */
function isNamed(device: string, name: string): boolean {
  const words = (text: string) => ` ${text.toLowerCase().replaceAll(/[^a-z0-9]+/g, ' ')} `
  return words(device).includes(words(name))
}
