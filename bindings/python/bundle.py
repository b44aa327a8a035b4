# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a wheel has besides the package: the licences, and the shared library that WEIGHBRIDGE_BUNDLE names, if any."""

import os
import sysconfig
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Bundle(BuildHookInterface):
    def initialize(self, version, build_data):
        repository = Path(self.root).parent.parent
        files = {str(repository / name): name for name in ("LICENSE-MIT", "LICENSE-APACHE")}
        library = os.environ.get("WEIGHBRIDGE_BUNDLE")
        if library:
            files[library] = "libweighbridge.so"
            files[str(repository / "NOTICES.md")] = "NOTICES.md"
            build_data["tag"] = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["pure_python"] = False
        build_data["force_include"].update({path: f"weighbridge/{name}" for path, name in files.items()})
