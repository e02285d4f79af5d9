using System.Diagnostics;
using Parley.EndToEnd.Tests.Durability;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary><c>./parley</c> and <c>eng/publish</c> in a checkout of a few files, with a <c>dotnet</c> that writes programs which say what they are.</summary>
public sealed class ScriptTests : IDisposable
{
    private const string Linker = "gcc";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What the scripts call; whatever else a machine has, a linker above all, they do not see.</summary>
    private static readonly string[] Tools =
        ["bash", "basename", "cat", "cksum", "cut", "dirname", "env", "find", "flock", "mkdir", "mktemp", "mv", "nice", "rm", "sed", "setsid", "touch", "true"];

    /// <summary>Tells that it was called, waits where it shall, and publishes.</summary>
    private const string FakeDotnet = """
        #!/usr/bin/env bash
        kind=portable
        while [ $# -gt 0 ]; do
          case $1 in
            -o) out=$2; shift ;;
            -p:PublishAot=true) kind=native ;;
          esac
          shift
        done
        echo "$kind" >>"$CHECKOUT/calls"
        [ ! -p "$CHECKOUT/hold-$kind" ] || read -r _ <"$CHECKOUT/hold-$kind"
        [ ! -e "$CHECKOUT/said" ] || cat "$CHECKOUT/said"
        if [ -e "$CHECKOUT/fail-$kind" ]; then echo "error: no $kind today"; exit 1; fi
        mkdir -p "$out"
        echo library >"$out/libe_sqlite3.so"
        [ "$kind" = native ] || echo assembly >"$out/parley.dll"
        printf '#!/usr/bin/env bash\necho "$PARLEY_COMMAND" >"$CHECKOUT/called"\necho "%s of %s: $*"\n' "$kind" "$(cat "$CHECKOUT/src/some.cs")" >"$out/parley"
        chmod +x "$out/parley"
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("parley-script-").FullName;

    public ScriptTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What is built behind is built on Linux.");
        var repository = PublishedBinary.FindRepository()!;
        foreach (var folder in new[] { "tools", "checkout/src", "checkout/eng" })
            Directory.CreateDirectory(Path.Combine(_root, folder));
        foreach (var script in new[] { "parley", "eng/publish", "eng/publish-behind" })
            File.Copy(Path.Combine(repository, script), At(script));
        foreach (var file in new[] { "Directory.Build.props", "global.json" })
            File.WriteAllText(At(file), "");
        Write("1");
        foreach (var tool in Tools.Append("chmod"))
            File.CreateSymbolicLink(Tool(tool), Find(tool));
        Executable(Tool("dotnet"), FakeDotnet);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string[] Calls => File.Exists(At("calls")) ? File.ReadAllLines(At("calls")) : [];

    private bool HasNative => File.Exists(At("artifacts/publish/native/parley"));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Without_a_linker_it_builds_the_portable_program_once_and_quietly_stays_with_it()
    {
        var first = await RunAsync("send", "a b");
        var second = await RunAsync("inbox");

        Assert.Equal("portable of 1: send a b", first.Lines.Single());
        Assert.Equal("parley: building (about a minute, once) ...", first.Error.Trim());
        Assert.Equal(("portable of 1: inbox", ""), (second.Lines.Single(), second.Error));
        Assert.Equal(["portable"], Calls);
    }

    [Fact]
    public async Task It_reports_the_builds_progress_and_passes_on_its_own_name()
    {
        foreach (var part in new[] { "Parley.One", "Parley.Two" })
        {
            Directory.CreateDirectory(At($"src/{part}"));
            File.WriteAllText(At($"src/{part}/{part}.csproj"), "");
        }

        File.WriteAllText(At("said"), "  Determining projects to restore...\n  Parley.One -> /some/where/Parley.One.dll\n  Parley.Two -> /some/where/Parley.Two.dll\n");

        var run = await RunAsync("--version");

        Assert.Equal(
            ["parley: building (about a minute, once) ...", "parley: built 1 of 2 parts: Parley.One", "parley: built 2 of 2 parts: Parley.Two"],
            run.Error.Trim().Split('\n'));
        Assert.Equal(At("parley"), (await File.ReadAllTextAsync(At("called"), Cancel)).Trim());
    }

    [Fact]
    public async Task With_a_linker_the_portable_program_runs_at_once_and_the_native_one_the_next_time()
    {
        AddLinker();
        Hold("native");

        // It has come to its end while the native one is still being built.
        var first = await RunAsync("--version");
        var meanwhile = await RunAsync("--version");
        await ReleaseAsync("native");
        await NativeIsMadeAsync();
        var after = await RunAsync("--version");

        Assert.Equal("portable of 1: --version", first.Lines.Single());
        Assert.Contains(At("artifacts/native.log"), first.Error, StringComparison.Ordinal);
        Assert.Equal(("portable of 1: --version", ""), (meanwhile.Lines.Single(), meanwhile.Error));
        Assert.Equal(("native of 1: --version", ""), (after.Lines.Single(), after.Error));
        Assert.Equal(["portable", "native"], Calls);
    }

    [Fact]
    public async Task A_compiler_that_cannot_link_does_not_count_as_a_linker()
    {
        Executable(Tool(Linker), "#!/usr/bin/env bash\nexit 1");

        var run = await RunAsync("--version");

        Assert.Equal("parley: building (about a minute, once) ...", run.Error.Trim());
        Assert.Equal(["portable"], Calls);
    }

    [Fact]
    public async Task A_change_during_a_build_causes_another_build()
    {
        Hold("portable");
        var running = RunAsync("--version");
        await CalledAsync(1);
        var begun = File.GetLastWriteTimeUtc(Directory.GetFiles(At("artifacts/publish/portable"), "begun", SearchOption.AllDirectories).Single());
        Assert.True(await Until.TrueAsync(() => WrittenAfter(begun, "2"), Patience, Cancel));
        await ReleaseAsync("portable");
        var first = await running;
        File.Delete(At("hold-portable"));

        var second = await RunAsync("--version");
        var third = await RunAsync("--version");

        Assert.Equal(0, first.ExitCode);
        Assert.Equal("portable of 2: --version", second.Lines.Single());
        Assert.Equal(("portable of 2: --version", ""), (third.Lines.Single(), third.Error));
        Assert.Equal(["portable", "portable"], Calls);
    }

    [Fact]
    public async Task A_deleted_file_causes_another_build()
    {
        File.WriteAllText(At("src/other.cs"), "");
        await RunAsync("--version");
        File.Delete(At("src/other.cs"));

        await RunAsync("--version");

        Assert.Equal(["portable", "portable"], Calls);
    }

    [Fact]
    public async Task Two_at_once_build_once()
    {
        Hold("portable");
        var first = RunAsync("--version");
        await CalledAsync(1);
        using var second = Process.Start(Command("--version"))!;
        var said = await second.StandardError.ReadLineAsync(Cancel);
        await ReleaseAsync("portable");

        Assert.Equal("parley: waiting for another ./parley that is building ...", said);
        Assert.Equal("portable of 1: --version", (await first).Lines.Single());
        Assert.Equal("portable of 1: --version", await second.StandardOutput.ReadLineAsync(Cancel));
        Assert.Equal(["portable"], Calls);
    }

    [Fact]
    public async Task A_build_that_fails_says_why_and_leaves_nothing()
    {
        File.WriteAllText(At("fail-portable"), "");

        var failed = await RunAsync("--version");
        File.Delete(At("fail-portable"));
        var good = await RunAsync("--version");

        Assert.Equal((1, ""), (failed.ExitCode, failed.Output));
        Assert.Contains("error: no portable today", failed.Error, StringComparison.Ordinal);
        Assert.Equal("portable of 1: --version", good.Lines.Single());
    }

    [Fact]
    public async Task A_killed_build_leaves_nothing_that_looks_complete()
    {
        Hold("portable");
        using var running = Process.Start(Command("--version"))!;
        await CalledAsync(1);
        running.Kill(entireProcessTree: true);
        await running.WaitForExitAsync(Cancel);
        File.Delete(At("hold-portable"));

        var next = await RunAsync("--version");

        Assert.Equal("portable of 1: --version", next.Lines.Single());
        Assert.Equal(["portable", "portable"], Calls);
        Assert.Empty(Directory.GetDirectories(At("artifacts/publish/portable")));
    }

    [Fact]
    public async Task A_native_build_that_failed_is_tried_again_when_the_sources_change_and_not_before()
    {
        AddLinker();
        File.WriteAllText(At("fail-native"), "");
        await RunAsync("--version");
        Assert.True(await Until.TrueAsync(() => File.Exists(At("artifacts/publish/native.failed")), Patience, Cancel));

        var again = await RunAsync("--version");
        File.Delete(At("fail-native"));
        Write("2");
        await RunAsync("--version");
        await NativeIsMadeAsync();

        Assert.Equal("", again.Error);
        Assert.Equal(["portable", "native", "portable", "native"], Calls);
        Assert.Equal("native of 2: --version", (await RunAsync("--version")).Lines.Single());
    }

    [Fact]
    public async Task If_the_checkout_is_not_writable_it_builds_in_the_users_own_folder()
    {
        // In the place of the folder that would be made: so it holds for root too, whom no permission stops.
        File.WriteAllText(At("artifacts"), "");

        var run = await RunAsync("--version");
        var again = await RunAsync("--version");

        Assert.Equal("portable of 1: --version", run.Lines.Single());
        Assert.Equal(("portable of 1: --version", ""), (again.Lines.Single(), again.Error));
        Assert.NotEmpty(Directory.GetDirectories(Path.Combine(_root, "cache", "parley")));
    }

    private string At(string path) => Path.Combine(_root, "checkout", path);

    private string Tool(string name) => Path.Combine(_root, "tools", name);

    private static string Find(string tool) => Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, tool)).First(File.Exists);

    private static void Executable(string path, string text)
    {
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void AddLinker() => Executable(Tool(Linker), "#!/usr/bin/env bash\nexit 0");

    /// <summary>A file system's clock has steps.</summary>
    private bool WrittenAfter(DateTime moment, string source)
    {
        Write(source);
        return File.GetLastWriteTimeUtc(At("src/some.cs")) > moment;
    }

    private void Write(string source) => File.WriteAllText(At("src/some.cs"), source);

    /// <summary>The build of this kind waits until it is released.</summary>
    private void Hold(string kind)
    {
        using var made = Process.Start("mkfifo", [At($"hold-{kind}")]);
        made.WaitForExit();
    }

    private async Task ReleaseAsync(string kind)
    {
        // It comes to its end when the build has read it.
        using var writing = Process.Start("bash", ["-c", "echo on >\"$0\"", At($"hold-{kind}")]);
        await writing.WaitForExitAsync(Cancel);
    }

    private async Task CalledAsync(int times) => Assert.True(await Until.TrueAsync(() => Calls.Length == times, Patience, Cancel));

    /// <summary>And nothing is at work on it any more.</summary>
    private async Task NativeIsMadeAsync() =>
        Assert.True(await Until.TrueAsync(() => HasNative && !File.Exists(At("artifacts/publish/native.begun")), Patience, Cancel));

    private Task<CliRun> RunAsync(params string[] arguments) => Binary.RunAsync(Command(arguments), Cancel);

    private ProcessStartInfo Command(params string[] arguments) => Binary.CommandOf(
        At("parley"),
        new Dictionary<string, string> { ["PATH"] = Path.Combine(_root, "tools"), ["CHECKOUT"] = At(""), ["XDG_CACHE_HOME"] = Path.Combine(_root, "cache"), ["TMPDIR"] = _root },
        arguments);
}
