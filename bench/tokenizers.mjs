/**
 * The speed of the tokenizers on one line of text, by kind of text: processor seconds for 10 million units.
 *
 *   npm run build && node bench/tokenizers.mjs [megabytes]
 *
 * Each text is a sample, repeated with random word substitutions from a fixed seed, to `megabytes` million UTF-16 units (default 1;
 * time is linear, so the result is scaled). The best of three runs counts, because other processes only add time.
 */
import { characters, pattern, words } from '../dist/text.js';

const SAMPLES = {
  English: 'Call me Ishmael. Some years ago, never mind how long precisely, having little or no money in my purse, I thought I would sail about a little and see the watery part of the world. ',
  French: 'Longtemps, je me suis couché de bonne heure. Parfois, à peine ma bougie éteinte, mes yeux se fermaient si vite que je n’avais pas le temps de me dire : « Je m’endors. » ',
  Vietnamese: 'Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi. Mọi con người đều được tạo hoá ban cho lý trí và lương tâm. ',
  Russian: 'Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. Все смешалось в доме Облонских. ',
  Greek: 'Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. ',
  Hebrew: 'כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון. ',
  Arabic: 'يولد جميع الناس أحرارا متساوين في الكرامة والحقوق، وقد وهبوا عقلا وضميرا وعليهم أن يعامل بعضهم بعضا بروح الإخاء. ',
  'Arabic, vowels marked': 'يُولَدُ جَمِيعُ النَّاسِ أَحْرَارًا مُتَسَاوِينَ فِي الكَرَامَةِ وَالحُقُوقِ. ',
  Hindi: 'सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। ',
  Tamil: 'மனிதப் பிறவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்; அவர்கள் மதிப்பிலும், உரிமைகளிலும் சமமானவர்கள். ',
  Armenian: 'Բոլոր մարդիկ ծնվում են ազատ ու հավասար իրենց արժանապատվությամբ ու իրավունքներով: ',
  Thai: 'มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม ',
  Chinese: '人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。',
  Japanese: 'すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。',
  Korean: '모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 부여받았다. ',
  'JSON, minified': '{"id":4711,"name":"Ishmael","tags":["sea","whale"],"size":{"x":3.14,"y":-2e5},"ok":true,"url":"https://a.example/b?c=d&e=1"},',
  code: 'for (let i = 0; i < rows.length; i++) {\n  const value = rows[i]?.get(`key_` + i) ?? fallback(i, "none"); // may be empty\n  if (!seen.has(value)) out.push({ value, at: i * 2 });\n}\n',
  CSV: '2024-01-31,4711,"Ishmael, sailor",3.14,true,,NA;whale\n',
  HTML: '<div class="entry"><a href="/a/b.html?c=1">Call me <b>Ishmael</b></a>&nbsp;<!-- x --></div>\n',
  addresses: 'https://www.example.org/a/b-c/d_e.html?q=whale&lang=en#top mail@example.org ',
  'only -': '-',
  'only _': '_',
  'only newlines': '\n',
  'only spaces': ' ',
  emoji: '👩‍👧😀🇰🇷👍🏽🎉',
  'decomposed accents': 'e\u0323\u0302a\u0323\u030ao\u031b\u0301 ',
}; // biome-ignore format: one text a line

const TOKENIZERS = {
  words: words(),
  graphemes: characters(),
  jamo: characters({ unit: 'jamo' }),
  pattern: pattern(),
};

const units = Number(process.argv[2] ?? 1) * 1e6;
console.log(`Node ${process.version}, ${units} units a text; processor seconds for 10 million units`);
console.log(`${'text'.padEnd(24)}${Object.keys(TOKENIZERS).map((name) => name.padStart(10)).join('')}`); // biome-ignore format: one row
for (const [name, sample] of Object.entries(SAMPLES)) {
  const text = textOf(sample);
  const figures = Object.values(TOKENIZERS).map((tokenizer) => (secondsFor(tokenizer, text) / units) * 1e7);
  console.log(name.padEnd(24) + figures.map((seconds) => seconds.toFixed(2).padStart(10)).join(''));
}

/** The words of the sample with occasional substitutions among them, so that no two lines are alike. */
function textOf(sample) {
  const parts = sample.match(/\S+|\s+/g);
  const solid = parts.filter((part) => /\S/.test(part));
  const made = [];
  let state = 12345;
  for (let length = 0, at = 0; length < units; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const own = parts[at % parts.length];
    const other = solid[(state >>> 8) % Math.max(1, solid.length)];
    const part = state >>> 30 === 0 && /\S/.test(own) ? other : own;
    made.push(part);
    length += part.length;
  }
  return made.join('').slice(0, units);
}

function secondsFor(tokenizer, text) {
  const runs = Array.from({ length: 3 }, () => {
    const start = process.cpuUsage();
    tokenizer.tokenize(text);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  });
  return Math.min(...runs);
}
