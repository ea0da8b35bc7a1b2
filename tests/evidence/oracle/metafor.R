# Pools each data set with the R package metafor, as an oracle that shares no code with the course.
#
# Run by refresh.py: Rscript metafor.R course.csv results.csv
# course.csv holds the course's own cells (data_set, yi, vi); five documented data sets of the package join them.

suppressPackageStartupMessages(library(metafor))
arguments <- commandArgs(trailingOnly = TRUE)
course <- read.csv(arguments[1])
# The first is the worked example of metafor's own help pages (?rma, ?dat.bcg).
documented <- list(
  "metafor: dat.bcg, log odds ratios" = escalc("OR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg),
  "metafor: dat.hackshaw1998, log odds ratios" = dat.hackshaw1998,
  "metafor: dat.pignon2000, log hazard ratios" = transform(dat.pignon2000, yi = OmE / V, vi = 1 / V),
  "metafor: dat.raudenbush1985, standardised mean differences" = dat.raudenbush1985,
  "metafor: dat.normand1999, mean differences" =
    escalc("MD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat.normand1999)
)
sets <- c(split(course[, c("yi", "vi")], course$data_set), documented)
rows <- lapply(names(sets), function(name) {
  yi <- as.numeric(sets[[name]]$yi)
  vi <- as.numeric(sets[[name]]$vi)
  fit <- rma(yi, vi, method = "PM", test = "knha", control = list(tol = 1e-14, maxiter = 10000))
  plain <- rma(yi, vi, method = "PM", test = "z", control = list(tol = 1e-14, maxiter = 10000))
  further <- predict(fit, pi.type = "riley")
  data.frame(
    data_set = name,
    yi = paste(sprintf("%.17g", yi), collapse = " "),
    vi = paste(sprintf("%.17g", vi), collapse = " "),
    estimate = fit$beta[1], ci_low = fit$ci.lb, ci_high = fit$ci.ub,
    ci_plain_low = plain$ci.lb, ci_plain_high = plain$ci.ub,
    pi_low = further$pi.lb, pi_high = further$pi.ub,
    tau2 = fit$tau2, q = fit$QE, i2_percent = 100 * max(0, (fit$QE - (fit$k - 1)) / fit$QE)
  )
})
results <- do.call(rbind, rows)
numbers <- sapply(results, is.numeric)
results[numbers] <- lapply(results[numbers], function(column) sprintf("%.12g", column))
results$made_by <- paste0(R.version.string, ", metafor ", packageVersion("metafor"), ", metadat ", packageVersion("metadat"))
write.csv(results, arguments[2], row.names = FALSE, eol = "\n")
