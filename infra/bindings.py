"""The provider's bindings, without importing all of them.

The root module of ``cdktf_cdktf_provider_aws`` imports its roughly 2,100 submodules, one for each AWS resource,
which takes about ten seconds. Python runs a package's root before any of its submodules, unless the root is in
``sys.modules`` already. So a bare module object goes there that knows only where the submodules lie
(``__path__``); each submodule then loads by itself and registers its own classes.

The same happens once more in the Node process that jsii talks to, where it costs three seconds;
``lazy_bindings.js``, preloaded there, is the same cure. The synthesized output is byte for byte the same
(``benchmarks/synth.py`` and a test compare).
"""

import os
import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

ROOT = "cdktf_cdktf_provider_aws"
_LAZY = Path(__file__).parent / "lazy_bindings.js"


def install() -> None:
    """Put the bare root in place; nothing happens where it is loaded or where the bindings are not installed.

    To be called before jsii is imported, whose warning about Node 20 fills the screen at every start.
    """
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
    if ROOT in sys.modules:
        return
    preload = f'--require "{_LAZY}"'
    os.environ["NODE_OPTIONS"] = f"{os.environ.get('NODE_OPTIONS', '')} {preload}".strip()
    found = find_spec(ROOT)
    if found is not None:
        sys.modules[ROOT] = _bare(found)


def _bare(found: ModuleSpec) -> ModuleType:
    module = ModuleType(ROOT)
    module.__spec__ = found
    module.__path__ = list(found.submodule_search_locations or ())
    return module
