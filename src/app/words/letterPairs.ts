// A weak model of English: the most frequent pairs of letters, from which line.ts prefers readings.

/**
 * The 300 most frequent pairs of adjacent letters in English text, in descending order.
 *
 * @see practicalcryptography.com, "English letter frequencies": counts of 4.5 billion characters
 */
const FREQUENT_PAIRS =
  'th he in er an re es on st nt en at ed nd to or ea ti ar te ng al it as is ha et se ou of ' +
  'le sa ve ro ra ri hi ne me de co ta ec si ll so na li la el ma di ic rt ns rs io om ch ot ' +
  'ca ce ho be tt fo ts ss no ee em ac il da ni ur wa sh ei am tr dt us lo pe un nc wi ut ad ' +
  'ew ow ge ep ai ly ol ft os eo ef pr we do mo id ie mi pa fi po ct wh ir ay ga sc ke ev sp ' +
  'im op ds ld ul oo su ia gh pl eb ig vi iv wo yo rd tw ba ag ry ab ls sw ap fe tu ci fa ht ' +
  'fr av eg go bo bu ty mp oc od eh ys ey rm ov gt ya ck gi rn gr rc bl lt yt oa ye ob db ff ' +
  'sf rr du ki uc if af dr cl ex sm pi sb cr tl oi ru up by tc nn ak sl nf ue dw au pp ug rl ' +
  'rg br cu ua dh rk yi lu um bi ny nw qu og sn mb va df dd ms gs aw nh pu hr sd tb pt nm dc ' +
  'gu tm mu nu mm nl eu wn nb rp dm sr ud ui rf ok yw tf ip rw rb oh ks dp fu yc tp mt dl nk ' +
  'cc ub rh np ju fl dn ka ph hu jo lf yb rv oe ib ik yp gl lp ym lb hs dg gn ek nr ps td lc';

const RANKS: ReadonlyMap<string, number> = new Map(
  FREQUENT_PAIRS.split(' ').map((pair, rank) => [pair, rank]),
);
/** Ranks per nat: beyond the first few pairs, the logarithm of the frequency is linear in the rank. */
const RANKS_PER_NAT = 95;

/** Log frequency of two adjacent letters of any case, relative to the most frequent pair. */
export function pairScore(first: string, second: string): number {
  const rank = RANKS.get(first.toLowerCase() + second.toLowerCase()) ?? RANKS.size;
  return -rank / RANKS_PER_NAT;
}
