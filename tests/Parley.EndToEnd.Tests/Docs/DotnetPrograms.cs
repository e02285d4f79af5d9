using System.Globalization;
using System.Text;
using Parley.EndToEnd.Tests.Packages;
using Xunit;

namespace Parley.EndToEnd.Tests.Docs;

/// <summary>The C# of all pages, compiled against the packages as a reader has them: a method a block, in one program that runs the block it is given.</summary>
public sealed class DotnetPrograms : IAsyncDisposable
{
    private readonly PackedPackages _packages = new();
    private readonly Lazy<Task<string>> _program;

    /// <summary>Where an example listens.</summary>
    private static readonly int ExamplePort = Reader.FreePort();

    public DotnetPrograms() => _program = new Lazy<Task<string>>(BuildAsync);

    private static IEnumerable<Block> Blocks => MarkdownPage.All().SelectMany(path => MarkdownPage.Read(path).Blocks).Where(block => block is { Language: "csharp", NotRun: null });

    public ValueTask DisposeAsync() => _packages.DisposeAsync();

    /// <summary>What runs a block in a shell.</summary>
    internal async Task<string> CommandAsync(Block block) => $"dotnet '{await _program.Value}' {block.Place}";

    private async Task<string> BuildAsync()
    {
        await _packages.InitializeAsync();
        var folder = _packages.CreateFolder("docs");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "docs.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NoWarn>CS1998;CS0162</NoWarn>
                <UseAppHost>false</UseAppHost>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Parley.Client" Version="[{_packages.Version}]" />
              </ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "nuget.config"),
            $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><clear /><add key="feed" value="{_packages.Feed}" /></packageSources>
            </configuration>
            """);
        // What the pages leave to the reader: the values that the examples speak of, and somebody who answers.
        File.Copy(Path.Combine(MarkdownPage.Root, "tests/Parley.EndToEnd.Tests/Docs/Surroundings.cs"), Path.Combine(folder, "Surroundings.cs"));
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), Program());
        await PackedPackages.DotnetAsync(folder, "build", "-o", "out", "--nologo", "-v", "quiet");
        return Path.Combine(folder, "out", "docs.dll");
    }

    private static string Program()
    {
        var program = new StringBuilder(
            """
            using System.Text.Json;
            using Parley.Client;
            using Parley.Protocol;
            using static Parley.EndToEnd.Tests.Docs.Surroundings;

            await SetUpAsync();
            switch (args[0])
            {

            """);
        var number = 0;
        foreach (var block in Blocks)
            program.AppendLine(CultureInfo.InvariantCulture, $"    case \"{block.Place}\": await Blocks.Block{number++}(); break;");
        program.AppendLine("    default: throw new ArgumentException(args[0]);\n}\n\ninternal static class Blocks\n{");
        number = 0;
        foreach (var block in Blocks)
        {
            var at = block.Place.LastIndexOf(':');
            program.AppendLine(CultureInfo.InvariantCulture, $"public static async Task Block{number++}()\n{{\n#line {int.Parse(block.Place[(at + 1)..]) + 1} \"{block.Place[..at]}\"\n{block.Text.Replace("\"https://parley.example.org\"", "Server", StringComparison.Ordinal).Replace("127.0.0.1:3002", $"127.0.0.1:{ExamplePort}", StringComparison.Ordinal)}\n#line default\n}}");
        }

        return program.Append('}').ToString();
    }
}
