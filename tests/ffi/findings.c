/* findings.c: what a check of a model finds, and what it may be asked for.
 *
 *   findings GOLDEN SCRATCH */
#include <weighbridge.h>

#include "onnx.h"

static const char *golden;

static void what_a_check_finds(void) {
  wb_model *model = open_onnx(golden, "loop-if.onnx");
  wb_findings *findings = NULL;
  wb_finding_info finding;
  wb_error *err = NULL;
  size_t count, i, control_flow = 0;
  SIZED(finding);

  GOOD(wb_model_check(model, NULL, &findings, &err));
  REQUIRE(findings != NULL && err == NULL);
  wb_model_release(model); /* findings need no model */
  count = wb_findings_count(findings);
  for (i = 0; i < count; i++) {
    GOOD(wb_findings_info(findings, i, &finding));
    CHECK(finding.severity >= WB_SEVERITY_ERROR && finding.severity <= WB_SEVERITY_INFO && finding.reserved == 0);
    CHECK(finding.rule.len > 0 && finding.message.len > 0 && finding.path.ptr != NULL && finding.remedy.ptr != NULL);
    CHECK(finding.severity != WB_SEVERITY_ERROR); /* it is a good model */
    control_flow += finding.path.len > 0;
  }
  CHECK(control_flow > 0); /* with a Loop and an If */
  INVALID(wb_findings_info(findings, count, &finding));
  INVALID(wb_findings_info(findings, SIZE_MAX, &finding));
  wb_findings_release(findings);
}

static void targets(void) {
  wb_model *nested = open_onnx(golden, "loop-if.onnx"); /* of opset 21 */
  wb_check_options options;
  wb_findings *findings = NULL;
  wb_error *err = NULL;
  size_t count;
  SIZED(options);

  GOOD(wb_model_check(nested, &options, &findings, &err));
  count = wb_findings_count(findings);
  wb_findings_release(findings);
  options.target.ptr = "opset-17";
  options.target.len = WB_NUL;
  GOOD(wb_model_check(nested, &options, &findings, &err));
  CHECK(wb_findings_count(findings) > count); /* it wants more than that */
  wb_findings_release(findings);
  options.target.len = 8;
  GOOD(wb_model_check(nested, &options, &findings, NULL));
  wb_findings_release(findings);

  options.target.ptr = "opset-no-such";
  options.target.len = WB_NUL;
  findings = (wb_findings *)JUNK;
  INVALID(wb_model_check(nested, &options, &findings, &err));
  CHECK(findings == NULL);
  REQUIRE(err != NULL);
  CHECK(wb_error_code(err) == WB_ERR_INVALID_ARGUMENT);
  wb_error_release(err);
  options.target.ptr = NULL;
  INVALID(wb_model_check(nested, &options, &findings, NULL));
  options.target.len = 0; /* nothing in particular */
  GOOD(wb_model_check(nested, &options, &findings, NULL));
  wb_findings_release(findings);
  wb_model_release(nested);
}

static int has_rule(const wb_findings *findings, const char *rule) {
  wb_finding_info finding;
  size_t i, found = 0;
  SIZED(finding);
  for (i = 0; i < wb_findings_count(findings); i++) {
    GOOD(wb_findings_info(findings, i, &finding));
    found += finding.rule.len == strlen(rule) && memcmp(finding.rule.ptr, rule, finding.rule.len) == 0;
  }
  return found > 0;
}

static wb_model *open_weights(void) {
  char path[PATH_SIZE];
  wb_model *model = NULL;
  GOOD(wb_model_open(NULL, join(path, golden, "dtypes.safetensors"), WB_NUL, NULL, &model, NULL));
  REQUIRE(model != NULL);
  return model;
}

static void weights(void) {
  wb_model *model = open_weights();
  wb_findings *findings = NULL;
  GOOD(wb_model_check(model, NULL, &findings, NULL));
  CHECK(has_rule(findings, "model.size") && has_rule(findings, "weights.scale"));
  CHECK(has_rule(findings, "weights.nonfinite") && !has_rule(findings, "weights.nonfinite.unread"));
  wb_findings_release(findings);
  wb_model_release(model);
}

/* How far a check was when it last told, and when it shall stop. */
typedef struct {
  size_t calls, stop_at;
  uint64_t done, total;
} told;

static int32_t tell(void *user_data, const wb_progress *p) {
  told *seen = (told *)user_data;
  CHECK(p->struct_size == sizeof(wb_progress) && p->done_bytes >= seen->done);
  seen->done = p->done_bytes;
  seen->total = p->total_bytes;
  return ++seen->calls == seen->stop_at;
}

static void budget_and_progress(void) {
  wb_model *model = open_weights();
  wb_check_options options;
  wb_findings *findings = NULL;
  wb_error *err = NULL;
  told seen = {0, 0, 0, 0};
  SIZED(options);

  options.max_read_bytes = 4;
  options.progress = tell;
  options.user_data = &seen;
  GOOD(wb_model_check(model, &options, &findings, &err));
  CHECK(has_rule(findings, "weights.nonfinite.unread"));
  CHECK(seen.calls > 1 && seen.done <= 4 && seen.total == 4);
  wb_findings_release(findings);

  seen.calls = 0;
  seen.done = 0;
  seen.stop_at = 2;
  findings = (wb_findings *)JUNK;
  CHECK_STATUS(wb_model_check(model, &options, &findings, &err), WB_ERR_CANCELLED);
  CHECK(findings == NULL && err != NULL && wb_error_code(err) == WB_ERR_CANCELLED && seen.calls == 2);
  wb_error_release(err);

  /* A program that was compiled before there was a budget. */
  options.struct_size = offsetof(wb_check_options, max_read_bytes);
  seen.calls = 0;
  GOOD(wb_model_check(model, &options, &findings, NULL));
  CHECK(!has_rule(findings, "weights.nonfinite.unread") && seen.calls == 0);
  wb_findings_release(findings);
  wb_model_release(model);
}

/* What was accepted with a remark is seen without a check, and a check begins with it. */
static void notes(void) {
  char path[PATH_SIZE];
  wb_model *model = NULL;
  wb_findings *findings = NULL;
  wb_finding_info note, first;
  memset(&note, 0, sizeof note);
  note.struct_size = sizeof note;
  first = note;
  GOOD(wb_model_open(NULL, join(path, golden, "whitespace.safetensors"), WB_NUL, NULL, &model, NULL));
  REQUIRE(wb_model_note_count(model) == 1);
  GOOD(wb_model_note_info(model, 0, &note));
  CHECK(note.severity == WB_SEVERITY_WARNING && same_text(note.rule, "safetensors.header.whitespace"));
  CHECK(same_text(note.path, "whitespace.safetensors") && note.message.len > 0);
  INVALID(wb_model_note_info(model, 1, &note));
  INVALID(wb_model_note_info(model, 0, NULL));
  INVALID(wb_model_note_info(NULL, 0, &note));
  CHECK(wb_model_note_count(NULL) == 0);
  CHECK(wb_plan_note_count(NULL) == 0);
  INVALID(wb_plan_note_info(NULL, 0, &note));
  GOOD(wb_model_check(model, NULL, &findings, NULL));
  GOOD(wb_findings_info(findings, 0, &first));
  CHECK(same_text(first.rule, "safetensors.header.whitespace"));
  wb_findings_release(findings);
  wb_model_release(model);
}

static void unindexed(void) {
  char path[PATH_SIZE];
  wb_model *model = NULL;
  wb_unindexed_info info;
  SIZED(info);
  GOOD(wb_model_open(NULL, join(path, golden, "stale-shard"), WB_NUL, NULL, &model, NULL));
  REQUIRE(wb_model_unindexed_count(model) == 2);
  GOOD(wb_model_unindexed_info(model, 1, &info));
  CHECK(same_text(info.name, "ema.decay") && same_text(info.file, "diffusion_pytorch_model-00002-of-00002.safetensors"));
  INVALID(wb_model_unindexed_info(model, 0, NULL));
  INVALID(wb_model_unindexed_info(model, 2, &info));
  INVALID(wb_model_unindexed_info(NULL, 0, &info));
  CHECK(wb_model_unindexed_count(NULL) == 0);
  wb_model_release(model);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  golden = argv[1];
  what_a_check_finds();
  targets();
  weights();
  budget_and_progress();
  notes();
  unindexed();
  return check_result();
}
