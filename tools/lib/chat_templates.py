"""Chat templates: where to find them, their identity and shape, and what they write when transformers runs them."""

import datetime
import hashlib
import io
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

# Packages that bring many templates of published models.
PACKAGES = {
    "llama_cpp_python-0.3.36.tar.gz": [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary",
                                       "llama-cpp-python", "llama-cpp-python==0.3.36"],
    "trl-1.16.0-py3-none-any.whl": [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "trl==1.16.0"],
    "axolotl-0.19.0-py3-none-any.whl": [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                                        "axolotl==0.19.0"],
    "huggingface-ollama-utils-0.0.18.tgz": ["npm", "pack", "--silent", "@huggingface/ollama-utils@0.0.18"],
}
JINJA = re.compile(r"\.jinja$")
MAPPING = re.compile(r"chat-template-automap\.ts$")  # TypeScript: objects with the members model and gguf.
CASES = re.compile(r"test-chat-template\.cpp$")      # C++: objects with the members name and template_str.
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def normalised(template):
    """The text as Jinja reads it: line ends are \\n, and one at the end is dropped."""
    text = template.replace("\r\n", "\n").replace("\r", "\n")
    return text[:-1] if text.endswith("\n") else text


def identity(template):
    return hashlib.sha256(normalised(template).encode()).hexdigest()


SLOT = "\x01"  # Stands for a literal in a shape.
_EXPRESSION = re.compile(r"""\s+|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|\d+|.""", re.S | re.ASCII)
_BLANKS = " \t\n\r\f\v"
_TAG = re.compile(r"""(\{\{|\{%)((?:[^'"%}]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|%(?!\})|\}(?!\}))*?)(\}\}|%\})""", re.S)
_COMMENT = re.compile(r"\{#.*?#\}", re.S)
_OPERATORS = {"+", "~", ".", "[", "]", "(", ")", "|", ","}
_NAME = re.compile(r"\w+", re.ASCII)
_KEYWORDS = {"if", "else", "in", "is", "not", "and", "or"}


def shape(template):
    """The template with blanks inside tags reduced to one and the literals that it writes as they are replaced by SLOT;
    and these literals. See src/multistate/text/chat_template_shape.h."""
    text, at, out, literals = normalised(template), 0, [], []
    while at < len(text):
        begin = min((i for i in (text.find(mark, at) for mark in ("{{", "{%", "{#")) if i >= 0), default=len(text))
        out.append(text[at:begin])
        if begin == len(text):
            break
        comment = _COMMENT.match(text, begin)
        if comment:
            out.append(comment[0])
            at = comment.end()
            continue
        tag = _TAG.match(text, begin)
        if not tag or (tag[1], tag[3]) not in (("{{", "}}"), ("{%", "%}")):
            raise ValueError(f"no tag at {begin}: {text[begin:begin + 60]!r}")
        tokens = _EXPRESSION.findall(tag[2])
        sides = [""] * 2  # Whitespace control.
        if tokens and tokens[0] == "-":
            sides[0], tokens = "-", tokens[1:]
        if tokens and tokens[-1] == "-":
            sides[1], tokens = "-", tokens[:-1]
        while tokens and tokens[0][0] in _BLANKS:
            tokens = tokens[1:]
        while tokens and tokens[-1][0] in _BLANKS:
            tokens = tokens[:-1]
        out.append(tag[1] + sides[0])
        solid = [t for t in tokens if t[0] not in _BLANKS]
        plain = tag[1] == "{{" and all(t in _OPERATORS or t[0] in "'\"" or _NAME.fullmatch(t) and t not in _KEYWORDS for t in solid)
        depth, position = 0, -1
        for token in tokens:
            if token[0] in _BLANKS:
                out.append(" ")
                continue
            position += 1
            depth += (token in "([") - (token in ")]")
            around = [solid[i] if 0 <= i < len(solid) else "+" for i in (position - 1, position + 1)]
            if plain and depth == 0 and token[0] in "'\"" and all(x in "+~" for x in around):
                literals.append(re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[1]), token[1:-1], flags=re.S))
                out.append(SLOT)
            else:
                out.append(token)
        out.append(sides[1] + tag[3])
        at = tag.end()
    return "".join(out), literals


def _unescaped(literal):
    body = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), literal[1:-1])
    return re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[1]), body, flags=re.S)


_LITERAL = r"""((?:u8)?"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)"""


def in_file(name, text):
    """(model, template) pairs in one file of a package."""
    stem = pathlib.PurePath(name).name
    if JINJA.search(stem):
        yield stem.removesuffix(".jinja"), text
    elif MAPPING.search(stem):
        for model, literal in re.findall(r'model: "([^"]*)",\s*gguf:\s*' + _LITERAL, text):
            yield model.removeprefix("library/"), _unescaped(literal)
    elif CASES.search(stem):
        for model, _, raw, literal in re.findall(
                r'\.name= \*/ "((?:[^"\\]|\\.)*)",\s*/\* \.template_str= \*/ (?:R"(\w*)\((.*?)\)\2"|' + _LITERAL + "),",
                text, re.S):
            yield model, _unescaped(literal.removeprefix("u8")) if literal else raw


def in_source(path):
    """(model, template) pairs in a GGUF file, a template file or a package (wheel, source archive, npm's)."""
    name = path.name
    if name.endswith(".gguf"):
        from gguf import GGUFReader
        field = GGUFReader(path).fields.get("tokenizer.chat_template")
        if field is not None:
            yield path.stem, field.contents()
    elif name.endswith((".whl", ".zip")):
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                if JINJA.search(member):
                    yield from in_file(member, archive.read(member).decode())
    elif name.endswith((".tar.gz", ".tgz")):
        with tarfile.open(path) as archive:
            for member in archive:
                if any(kind.search(member.name) for kind in (JINJA, MAPPING, CASES)):
                    yield from in_file(member.name, io.TextIOWrapper(archive.extractfile(member), "utf-8").read())
    else:
        yield from in_file(name, path.read_text(encoding="utf-8"))


def fetched(folder):
    """The packages, downloaded where they are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, command in PACKAGES.items():
        if not (folder / file).exists():
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        yield folder / file


def write(template, messages, day=None):
    """What the template writes for a conversation, or the error it raises, {"error": message}.

    It runs as transformers' apply_chat_template runs it, with a generation prompt, without tools, and with "{bos}" and "{eos}"
    for those tokens. `day` (year, month, day) is today; None takes the clock away, as where there is no `strftime_now`."""
    from transformers.utils import chat_template_utils
    compiled = chat_template_utils._compile_jinja_template(template)
    clock = compiled.environment.globals.pop("strftime_now")
    try:
        if day is not None:
            compiled.environment.globals["strftime_now"] = datetime.datetime(*day).strftime
        run = compiled.environment.from_string(template)
        return run.render(messages=messages, tools=None, documents=None, add_generation_prompt=True,
                          bos_token="{bos}", eos_token="{eos}")
    except Exception as error:  # Whatever a template does.
        return {"error": str(error)}
    finally:
        compiled.environment.globals["strftime_now"] = clock


def depends_on_the_date(template, messages):
    """Whether it writes another text on another day."""
    return write(template, messages, (2026, 1, 2)) != write(template, messages, (2027, 3, 4))
