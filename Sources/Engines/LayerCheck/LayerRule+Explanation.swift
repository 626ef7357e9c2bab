extension LayerRule {
    /// What is wrong, as a short phrase.
    public var title: String { text.title }

    /// Why it matters, and what to do: a paragraph.
    public var explanation: String { text.explanation }

    // One table, so that titles and explanations of neighbours can be compared.
    private var text: (title: String, explanation: String) {
        switch self {
        case .packageAtTop, .extraFolder, .sitePackagesElsewhere, .nodeModulesAtTop, .nodePackageElsewhere,
            .jarElsewhere, .libraryAtTop, .literalVersion, .otherVersionFolder, .mixedLanguages:
            folderText
        case .wrongArchitecture, .newerGlibc, .otherPythonTag, .missingLibrary, .foreignSystem: binaryText
        case .notExecutable, .unreadable, .brokenLink, .escapingLink: accessText
        case .duplicatePath, .shadowedPath, .severalVersions, .missingRequirement: packageText
        default: contentText
        }
    }

    private var folderText: (title: String, explanation: String) {
        switch self {
        case .packageAtTop:
            (
                "Python packages at the top of the layer",
                "A layer is unpacked at /opt, and Python looks in /opt/python and "
                    + "/opt/python/lib/python3.X/site-packages. Install into a folder named python ('pip install "
                    + "--target python …') and zip that folder, or use 'strata layer build'."
            )
        case .extraFolder:
            (
                "everything is one folder too deep",
                "The zip has a folder around python, nodejs or another folder that runtimes look in, so that it is "
                    + "unpacked at /opt/FOLDER/python. Zip inside the folder: 'cd FOLDER && zip -r ../layer.zip .'."
            )
        case .sitePackagesElsewhere:
            (
                "site-packages where Python does not look",
                "Python looks in /opt/python and in /opt/python/lib/python3.X/site-packages, with the version of the "
                    + "runtime for X. Move the packages into python, which serves every version."
            )
        case .nodeModulesAtTop:
            (
                "node_modules at the top of the layer",
                "Node.js looks in /opt/nodejs/node_modules. Move node_modules into a folder named nodejs and zip that."
            )
        case .nodePackageElsewhere:
            (
                "Node.js package beside node_modules",
                "require and import by name look in /opt/nodejs/node_modules and /opt/nodejs/nodeXX/node_modules. "
                    + "Move the package there. A package that functions load by its full path may stay."
            )
        case .jarElsewhere:
            (
                "jar outside of java/lib",
                "The class path of Java runtimes has the jars directly in /opt/java/lib. Move the jar there. An "
                    + "agent that JAVA_TOOL_OPTIONS names by its path may stay."
            )
        case .libraryAtTop:
            (
                "shared library outside of lib",
                "The loader looks in /opt/lib (LD_LIBRARY_PATH), not in /opt. Move the library into lib."
            )
        case .literalVersion:
            (
                "a version that was copied from the documentation",
                "AWS's documentation writes python3.x for any version. The folder needs the version of the runtime, "
                    + "such as python3.12; or put the packages into python, which serves every version."
            )
        case .otherVersionFolder:
            (
                "folder for another version of the runtime",
                "The runtime looks only in the folder of its own version, such as python/lib/python3.12/site-packages, "
                    + "nodejs/node22/node_modules or ruby/gems/3.4.0. Build the layer for the runtime, or use the "
                    + "folder that serves every version: python, nodejs/node_modules or ruby/lib."
            )
        default:
            (
                "packages for several languages",
                "A function uses one runtime; packages for others only take from its 250 MB. Publish a layer for "
                    + "each language."
            )
        }
    }

    private var binaryText: (title: String, explanation: String) {
        switch self {
        case .wrongArchitecture:
            (
                "built for another architecture",
                "The processor cannot run the file. Install packages for the function's architecture: 'strata layer "
                    + "build --architecture arm64', or 'pip install --platform manylinux2014_aarch64 --only-binary "
                    + ":all:'; or change the function's architecture."
            )
        case .newerGlibc:
            (
                "needs a newer glibc",
                "The file was built on a system that is newer than the runtime's: Amazon Linux 2 has glibc 2.26, "
                    + "Amazon Linux 2023 has 2.34. Build it on the runtime's system, install a manylinux2014 wheel, or "
                    + "choose a runtime on Amazon Linux 2023."
            )
        case .otherPythonTag:
            (
                "compiled for another version of Python",
                "CPython imports a compiled module only where the tag in its name is that of the interpreter, and "
                    + "reports the module as missing otherwise. Install the packages for the runtime's version: "
                    + "'strata layer build --runtime python3.12'."
            )
        case .missingLibrary:
            (
                "shared library is missing",
                "Neither a layer nor Lambda's system has a library that the file names, so that loading it fails "
                    + "unless the function's code brings the library. Add it to lib, or use a wheel that has it inside."
            )
        default:
            (
                "compiled for macOS or Windows",
                "Functions run on Linux. Install the packages for Linux: 'strata layer build', or 'pip install "
                    + "--platform manylinux2014_x86_64 --only-binary :all:'."
            )
        }
    }

    private var accessText: (title: String, explanation: String) {
        switch self {
        case .notExecutable:
            (
                "program without permission to run",
                "Lambda starts every file in extensions, and commands are found in bin. Set the mode with 'chmod 755' "
                    + "and zip on Linux or macOS: zips from Windows have no such modes."
            )
        case .unreadable:
            (
                "not readable by functions",
                "Functions run as a user who is neither owner nor group of /opt. Files need mode 644, or 755 where "
                    + "they are run, and folders 755: 'chmod -R a+rX FOLDER' before zipping."
            )
        case .brokenLink:
            (
                "link to a file that no layer has",
                "The target of the symbolic link is below /opt, but in none of the layers. Add the target, remove the "
                    + "link, or zip the file itself ('zip' without '-y')."
            )
        default:
            (
                "link out of the layers",
                "The symbolic link leads out of /opt, to what the machine has that runs the function. It is likely a "
                    + "path of the machine that made the layer. Zip the file itself ('zip' without '-y')."
            )
        }
    }

    private var packageText: (title: String, explanation: String) {
        switch self {
        case .duplicatePath:
            (
                "one path twice in a zip",
                "Tools disagree about which of the entries counts, and a zip whose entries differ is refused. Make "
                    + "the zip anew; 'zip' adds to a file that is already there."
            )
        case .shadowedPath:
            (
                "file of one layer replaced by another's",
                "Layers are unpacked over each other in the function's order, and the last one wins. Packages that "
                    + "are mixed in this way may fail. Remove the package from one of the layers."
            )
        case .severalVersions:
            (
                "several versions of one package",
                "Which version is imported depends on the order of layers, and files of the others remain beside it. "
                    + "Keep one version."
            )
        default:
            (
                "package without a package that it needs",
                "The package's metadata names another one that neither the layers nor the runtime have, so that its "
                    + "import fails unless the function's code brings it. Install with dependencies: 'strata layer "
                    + "build', or 'pip install --target python' without '--no-deps'."
            )
        }
    }

    private var contentText: (title: String, explanation: String) {
        switch self {
        case .secretFile:
            (
                "file that usually has secrets",
                "All accounts and functions that may use the layer can read it, and a published version cannot be "
                    + "changed. Remove the file, and replace the secrets if the layer was published. Functions read "
                    + "secrets from Secrets Manager or the Parameter Store."
            )
        case .privateKey:
            (
                "private key",
                "All accounts and functions that may use the layer can read it. Remove the file, and replace the key "
                    + "if the layer was published. Certificates without a key may stay."
            )
        case .versionControl:
            (
                "version control's folder",
                "It takes space, and has the history of files, with all that was ever removed. Leave it out: "
                    + "'zip -x \"*/.git/*\"'."
            )
        case .foreignBytecode:
            (
                "bytecode of another Python",
                "The interpreter ignores it, and it takes space. Remove the __pycache__ folders, or install with "
                    + "'pip install --no-compile'."
            )
        case .workingFolder:
            (
                "files of tools for development",
                "Virtual environments, caches and settings of editors are not used by functions, and take from the "
                    + "250 MB. Leave them out."
            )
        case .dataset:
            (
                "large data in a layer",
                "Data takes from the 250 MB that code and layers may have. Keep it in S3, or on a file system, and "
                    + "load it when it is needed."
            )
        case .tooLarge:
            (
                "larger than functions may be",
                "A function's code and layers may have 250 MB (262144000 bytes) unzipped. Remove packages and "
                    + "files that are not used, tests and data first."
            )
        default:
            (
                "little room for the function's code",
                "Of the 250 MB (262144000 bytes) that a function's code and layers may have unzipped, less than a "
                    + "fifth is left. Functions that use the layers have the rest for their code and other layers."
            )
        }
    }
}
