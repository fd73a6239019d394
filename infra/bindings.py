"""The provider's bindings, without importing all of them.

The root module of ``cdktf_cdktf_provider_aws`` imports its roughly 2,100 submodules, one for each AWS resource,
which takes about ten seconds. Python runs a package's root before any of its submodules, unless the root is in
``sys.modules`` already. So a bare module object goes there that knows only where the submodules lie
(``__path__``); each submodule then loads by itself and registers its own classes. The synthesized output is
byte for byte the same (``benchmarks/synth.py`` compares).
"""

import os
import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

ROOT = "cdktf_cdktf_provider_aws"


def install() -> None:
    """Put the bare root in place; nothing happens where it is loaded or where the bindings are not installed.

    To be called before jsii is imported, whose warning about Node 20 fills the screen at every start.
    """
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
    if ROOT in sys.modules:
        return
    found = find_spec(ROOT)
    if found is not None:
        sys.modules[ROOT] = _bare(found)


def _bare(found: ModuleSpec) -> ModuleType:
    module = ModuleType(ROOT)
    module.__spec__ = found
    module.__path__ = list(found.submodule_search_locations or ())
    return module
