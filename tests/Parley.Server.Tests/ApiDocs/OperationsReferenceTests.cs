using Parley.Server.ApiDocs;
using Parley.Server.Operations;
using Parley.Server.Tests.Architecture;
using Xunit;

namespace Parley.Server.Tests.ApiDocs;

public sealed class OperationsReferenceTests(DescribedServer server) : IClassFixture<DescribedServer>
{
    [Fact]
    public void The_reference_page_is_current()
    {
        var page = Path.Combine(SourceTree.Root, "docs", "reference", "operations.md");
        var text = OperationsReference.ToMarkdown(server.Get<OperationCatalog>());
        if (Environment.GetEnvironmentVariable("UPDATE_REFERENCE") == "1")
            File.WriteAllText(page, text);

        Assert.True(File.Exists(page) && File.ReadAllText(page) == text,
            "docs/reference/operations.md is not what the concepts declare: run this test with UPDATE_REFERENCE=1 and commit the page.");
    }
}
