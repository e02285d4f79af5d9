using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Parley.Client;
using Parley.EndToEnd.Tests.Cli;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Packages;

/// <summary>What others build on, as they get it.</summary>
public sealed partial class PackageTests(PackedPackages packages, RunningServer server) : IClassFixture<PackedPackages>, IClassFixture<RunningServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Parley.Protocol")]
    [InlineData("Parley.Client")]
    public void A_package_has_its_docstrings_its_license_and_its_readme(string name)
    {
        using var package = ZipFile.OpenRead(packages.Find(name));
        var files = package.Entries.Select(entry => entry.FullName).ToList();
        Assert.Superset(new HashSet<string> { "README.md", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml" }, files.ToHashSet());

        var manifest = XDocument.Load(package.GetEntry($"{name}.nuspec")!.Open()).Root!.Elements().Single();
        string? Said(string field) => manifest.Elements().SingleOrDefault(element => element.Name.LocalName == field)?.Value;
        Assert.Equal(("MIT", "README.md"), (Said("license"), Said("readme")));
        Assert.Equal("expression", manifest.Elements().Single(element => element.Name.LocalName == "license").Attribute("type")?.Value);
        Assert.NotEqual("Package Description", Said("description"));
        Assert.NotEqual(name, Said("authors"));

        using var symbols = ZipFile.OpenRead(packages.Find(name, "snupkg"));
        Assert.Contains(symbols.Entries, entry => entry.FullName == $"lib/net10.0/{name}.pdb");
    }

    [Fact]
    public void Nothing_else_is_packed() => Assert.Equal(4, Directory.GetFiles(packages.Feed).Length);

    [Fact]
    public async Task A_program_that_uses_only_the_package_sends_a_message()
    {
        var folder = packages.CreateFolder("program");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "program.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <UseAppHost>false</UseAppHost>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Parley.Client" Version="[{packages.Version}]" />
              </ItemGroup>
            </Project>
            """,
            Cancel);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "Program.cs"),
            """
            using Parley.Client;

            await using var agent = await ParleyAgent.ConnectAsync("packaged");
            var answer = await agent.SendAsync("packaged", "from a package");
            Console.WriteLine(answer.MessageId);
            """,
            Cancel);
        // The feed alone: nothing comes from elsewhere, and nothing is left in the user's cache.
        await File.WriteAllTextAsync(
            Path.Combine(folder, "nuget.config"),
            $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><clear /><add key="feed" value="{packages.Feed}" /></packageSources>
            </configuration>
            """,
            Cancel);

        await PackedPackages.DotnetAsync(folder, "build", "-o", "out", "--nologo", "-v", "quiet");
        var said = await PackedPackages.DotnetAsync(
            folder, server.Environment.Append(new("PARLEY_URL", server.Url)).ToDictionary(), Path.Combine("out", "program.dll"));

        await using var api = ParleyApi.Open(new ParleyOptions { Url = server.Url, DataFolder = server.DataFolder });
        var message = await api.Messages.GetAsync(said.Trim(), Cancel);
        Assert.Equal(("packaged", "from a package"), (message.SenderId, message.Content));
    }

    [Fact]
    public async Task Program_server_and_package_name_a_version_that_follows_the_tags()
    {
        var program = (await server.RunAsync("--version")).Output.Trim().Split('+')[0];
        await using var api = ParleyApi.Open(new ParleyOptions { Url = server.Url, DataFolder = server.DataFolder });

        Assert.Equal(program, (await api.HealthAsync(Cancel)).Version);
        Assert.Matches(Version(), program);
        Assert.Matches(Version(), packages.Version);
    }

    [GeneratedRegex(@"^(0\.[1-9]|[1-9]\d*\.\d+)\d*\.\d+(-[0-9A-Za-z.-]+)?$", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Version();
}
