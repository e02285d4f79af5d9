using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>Real shells that complete a command line with the scripts that <c>parley completion</c> prints.</summary>
public sealed class CompletionTests : IDisposable
{
    // A terminal of zsh, in which somebody types, presses TAB, and a key that prints the line as it then is.
    private const string Zsh = """
        zmodload zsh/zpty
        zpty z zsh -f -i
        zpty -w z 'fpath=($PWD/functions $fpath); autoload -Uz compinit; compinit -u -D; show() { print -r -- "LINE=<$BUFFER>" }; zle -N show; bindkey "^X" show; print IS READY | tr " " _'
        zpty -r z seen '*IS_READY*'
        zpty -w -n z $'parley proj\t\x18'
        zpty -r z seen '*LINE=<*>*'
        print -r -- "${seen##*LINE=}"
        zpty -d z
        """;

    private const string Bash = """
        source functions/_parley
        COMP_LINE='parley proj' COMP_POINT=11
        "$(complete -p parley | sed 's/.*-F \([^ ]*\).*/\1/')" parley proj parley
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-completion-").FullName;

    public CompletionTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "The shells are not there.");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Zsh_completes_at_the_first_tab()
    {
        var completed = await RunAsync("zsh", Zsh, "-f", "-c");

        Assert.Equal("<parley projects >", completed.Lines[0].Trim());
    }

    [Fact]
    public async Task Bash_completes()
    {
        var completed = await RunAsync("bash", Bash, "-c");

        Assert.Contains("projects", completed.Lines);
    }

    private async Task<CliRun> RunAsync(string shell, string script, params string[] options)
    {
        var cancel = TestContext.Current.CancellationToken;
        var program = Binary.Command(new Dictionary<string, string>()).FileName;
        var functions = Directory.CreateDirectory(Path.Combine(_folder, "functions")).FullName;
        var printed = await Binary.RunAsync(new Dictionary<string, string>(), ["completion", shell], cancel);
        await File.WriteAllTextAsync(Path.Combine(functions, "_parley"), printed.Output, cancel);

        var environment = new Dictionary<string, string>
        {
            ["PATH"] = $"{Path.GetDirectoryName(program)}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}",
            ["HOME"] = _folder,
            ["TERM"] = "dumb",
        };
        var command = Binary.CommandOf(shell, environment, [.. options, script]);
        command.WorkingDirectory = _folder;
        return await Binary.RunAsync(command, cancel);
    }
}
