"""Texts that tokenizers stumble over."""

TEXTS = [
    "e\u0301", "\u00e9", "e\u0301\u0323", "a\u0308\u0301\u0328b", "\u1e69 \u0073\u0323\u0307 s\u0307\u0323", "\u212b \u2126 \u212a",
    "\u0301alone", "x" + "\u0301" * 40, "\u0928\u093f \u0915\u094d\u0937", "\u0e01\u0e33\u0e44\u0e23", "\uac00 \u1100\u1161 \u1112\u1161\u11ab",
    "\u4e16\u754c\u3002\u4f60\u597d\uff0c\uff11\uff12\uff13", "\u3053\u3093\u306b\u3061\u306f\u30ab\u3099", "\u65e5\u672c\u8a9etext\u6df7\u5728 123",
    "\U00020000\U0002a6d6 \u2f00 \ufa0e", "\u0627\u0644\u0633\u0644\u0627\u0645 \u0639\u0644\u064a\u0643\u0645 \u0661\u0662\u0663", "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd",
    "\u202eabc\u202c \u200fx\u200e", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f3f3\ufe0f\u200d\U0001f308 \u2764\ufe0f\u200d\U0001f525",
    "\U0001f44d\U0001f3fd\U0001f44d\U0001f3ff", "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", "\u0031\ufe0f\u20e3", "\U000e0067\U000e007f",
    "a\u00a0b \u00a0 \u00a0c", "\u00a0\u00a0", "\u2003em\u2009thin\u200azero\u200bwidth", "\ufeffBOM", "a\u00adsoft", "\u3000\u3000x", "\u1680 \u180e \u205f \u202f",
    "a\r\nb\rc\n\rd", "\r\n\r\n\n\n\r\r", "\r", "\n \n  \n\t\n", "x \r\n y", "\u2028line\u2029para\u0085nel\x0bvt\x0cff",
    " " * 1000, "a" + " " * 100 + "b", "\n" * 300, "\t" * 77, " \n" * 100, "0" * 1000, "1234567890" * 20, "a1b22c333d4444", "12,345.678e-9",
    "a" * 2000, "A" * 300, "!" * 500, "=" * 129, "-" * 63 + "\n", "'" * 33, "\u4e16" * 300, "\U0001f600" * 50, "ab" * 700, "aB" * 100,
    "don't DON'T don\u2019t I'LL 'S'T'RE 'ss 's", "it'\u017f \u212aELVIN '\u017f", "\u01c5\u01c8 \u02b0\u02b1 \u00aa\u00ba \u2160\u2170 \u00bd\u00b2\u2460",
    "CamelCaseWords HTTPServer xY Xy \u00c9cole \u0391\u03b2\u0393", "snake_case __init__ a_b_1", "http://example.com/a?b=c&d=%20#x", "a\\b/c|d~e`f^g<h>i$j+k",
    "\u20ac5 \u00a310 \u20bf \u2211x \u221e \u00d7\u00f7 \u00b1", "\u2018x\u2019 \u201cy\u201d \u2014 \u2026 \u00a1\u00bf \u3001\u3002 \u300c\u300d \uff01\uff0f\uff1a\uff5e",
    "\x01\x02\x1b[0m\x7f", "\x00", "a\x00b", "\u0080\u009f", "\ufffd\ufffe\uffff", "\U0010ffff\U000f0000", "\ue000\uf8ff",
    "<s>", "</s> <unk>", "<0x0A> <0xFF>", "\u2581a\u2581\u2581b", "\u0120a \u010a", "<|endoftext|>", "<|im_start|>user\n", "<|begin_of_text|>x<|eot_id|>",
    "<bos><eos> <pad>", "[INST] x [/INST]", "a<|endoftext|> b", "<unused0>", "<think>\n\n</think>", "\n\n<s>\n\n", "<|im_start", "<\uff5cbegin\u2581of\u2581sentence\uff5c>",
    " leading", "trailing ", "  two", "a  b", "a   b", " ", "  ", "", "\n", ".", "...", "?!?!", "a.b.c", "x=1;y=2", "if (a) {\n\treturn b;\n}\n",
    "def f(x):\n    return x  # \u00e9\n\n\n", "| a | b |\n|---|---|\n", "\u10d0\u10d1\u1c90 \u13a0\uab70 \u0561\u0562 \U00010400\U00010428", "\u1e9e\u00df\ufb01\ufb03",
]
